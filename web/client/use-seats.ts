/** Live seat counts of some sections. */
import type { Client } from 'graphql-ws';
import { useEffect, useState } from 'preact/hooks';
import { documentOf } from './documents';
import { follow } from './stream';
import type { Seats } from './types';
import type { Session } from './use-session';

export function followSeats(socket: Client, ids: string[], next: (seats: Seats[]) => void): () => void {
  const payload = { query: documentOf('SeatsStream'), variables: { ids } };
  return follow<{ sections: Seats[] }>(socket, payload, { next: (data) => next(data.sections) });
}

/** The counts of exactly these sections, by id; missing until they are known. */
export function useSeats({ socket }: Session, ids: string[]): Map<string, Seats> {
  const [seats, setSeats] = useState(new Map<string, Seats>());
  const key = ids.join(' ');
  useEffect(() => {
    if (!key) return;
    return followSeats(socket, key.split(' '), (news) => {
      setSeats((old) => new Map([...old, ...news.map((each) => [each.id, each] as const)]));
    });
  }, [socket, key]);
  return seats;
}
