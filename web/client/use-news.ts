/** What others and the service did about the viewer: all of it, and what came while the page was open. */
import { useEffect, useState } from 'preact/hooks';
import { documentOf } from './documents';
import { isLater, START } from './position';
import { follow } from './stream';
import type { News } from './types';
import type { Me } from './use-student';
import type { Session } from './use-session';

const KEPT = 30;
const KEPT_FRESH = 3;

type FeedItem = ({ __typename: 'Notification' } & News) | { __typename: 'Reset'; position: string; reason: string };

export interface NewsFeed {
  /** Newest first. */
  news: News[];
  /** What came meanwhile, and was not put away yet. */
  fresh: News[];
  trouble: string | null;
  dismiss(position: string): void;
}

export function useNews({ socket }: Session, { student, since }: Me): NewsFeed {
  const [news, setNews] = useState<News[]>([]);
  const [fresh, setFresh] = useState<News[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const id = student?.id;

  useEffect(() => {
    setNews([]);
    setFresh([]);
    setTrouble(null);
    if (!id) return;
    // From the start, for there is no query to read the past with; a few dozen items in a term.
    const payload = { query: documentOf('NewsFeed'), variables: { after: START } };
    return follow<{ notifications: FeedItem }>(socket, payload, {
      next: ({ notifications: item }) => {
        if (item.__typename === 'Reset') {
          setTrouble(`Some news may be missing: ${item.reason}`);
          return;
        }
        setNews((old) => [item, ...old].slice(0, KEPT));
        if (isLater(item.position, since)) setFresh((old) => [item, ...old].slice(0, KEPT_FRESH));
      },
      refused: setTrouble,
    });
  }, [socket, id, since]);

  const dismiss = (position: string) => setFresh((old) => old.filter((each) => each.position !== position));
  return { news, fresh, trouble, dismiss };
}
