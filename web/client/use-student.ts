/** The viewer, and their schedule, cart and places on waitlists as they change. */
import { useEffect, useState } from 'preact/hooks';
import { askAt } from './api';
import { documentOf } from './documents';
import { START } from './position';
import { follow } from './stream';
import type { Student, Viewer } from './types';
import type { Session } from './use-session';

export interface Me {
  role: string;
  student: Student | null;
  /** Where the log stood when the page was opened. */
  since: string;
  trouble: string | null;
}

const NOBODY: Me = { role: 'ANONYMOUS', student: null, since: START, trouble: null };

export function useMe({ token, socket }: Session): Me {
  const [me, setMe] = useState<Me>(NOBODY);
  const id = me.student?.id;

  useEffect(() => {
    setMe(NOBODY);
    if (!token) return;
    let current = true;
    askAt<{ viewer: Viewer | null }>(documentOf('Viewer'), {}, { token }).then(
      ({ data: { viewer }, position }) =>
        current && setMe(viewer ? { ...viewer, since: position ?? START, trouble: null } : NOBODY),
      (failure: Error) => current && setMe({ ...NOBODY, trouble: failure.message }),
    );
    return () => {
      current = false;
    };
  }, [token]);

  useEffect(() => {
    if (!id) return;
    return follow<{ student: Student | null }>(
      socket,
      { query: documentOf('StudentStream'), variables: { id } },
      { next: ({ student }) => student && setMe((old) => ({ ...old, student })) },
    );
  }, [socket, id]);

  return me;
}
