/** The viewer, and their schedule and cart as they change. */
import { useEffect, useState } from 'preact/hooks';
import { ask } from './api';
import { documentOf } from './documents';
import { follow } from './stream';
import type { Student, Viewer } from './types';
import type { Session } from './use-session';

export interface Me {
  role: string;
  student: Student | null;
  trouble: string | null;
}

const NOBODY: Me = { role: 'ANONYMOUS', student: null, trouble: null };

export function useMe({ token, socket }: Session): Me {
  const [me, setMe] = useState<Me>(NOBODY);
  const id = me.student?.id;

  useEffect(() => {
    setMe(NOBODY);
    if (!token) return;
    let current = true;
    ask<{ viewer: Viewer | null }>(documentOf('Viewer'), {}, { token }).then(
      ({ viewer }) => current && setMe(viewer ? { ...viewer, trouble: null } : NOBODY),
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
