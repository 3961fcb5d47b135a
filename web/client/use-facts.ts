/** The latest facts, and every one that follows. */
import { useEffect, useState } from 'preact/hooks';
import { askAt } from './api';
import { documentOf } from './documents';
import { follow } from './stream';
import type { Fact } from './types';
import type { Me } from './use-student';
import type { Session } from './use-session';

const KEPT = 60;

type FeedItem = ({ __typename: 'Fact' } & Fact) | { __typename: 'Reset'; position: string; reason: string };

export interface Facts {
  facts: Fact[];
  trouble: string | null;
}

/** Students see their own facts, staff and listeners all of them; newest first. */
export function useFacts({ token, socket }: Session, { role, student }: Me): Facts {
  const [facts, setFacts] = useState<Fact[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const about = student?.id ?? null;
  const allowed = role !== 'ANONYMOUS' && (role !== 'STUDENT' || about !== null);

  useEffect(() => {
    setFacts([]);
    setTrouble(null);
    if (!allowed) return;
    let wanted = true;
    let stop = () => {};

    // The feed goes on where the query was read, so that nothing falls between the two.
    const start = (recent: Fact[], after: string | null) => {
      if (!wanted) return;
      setFacts(recent.toReversed());
      const payload = { query: documentOf('FactFeed'), variables: { after, student: about } };
      stop = follow<{ facts: FeedItem }>(socket, payload, {
        next: ({ facts: item }) => {
          if (item.__typename === 'Reset') setTrouble(`Some facts were skipped: ${item.reason}`);
          else setFacts((old) => [item, ...old].slice(0, KEPT));
        },
        refused: setTrouble,
      });
    };

    askAt<{ facts: { edges: { node: Fact }[] } }>(documentOf('RecentFacts'), { student: about }, { token }).then(
      ({ data, position }) => start(data.facts.edges.map((edge) => edge.node), position),
      () => start([], null),
    );
    return () => {
      wanted = false;
      stop();
    };
  }, [socket, token, allowed, about]);

  return { facts, trouble };
}
