/** The sections asked for, page by page, each page with its own stream of seat counts. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './api';
import { documentOf } from './documents';
import { isLater } from './position';
import { followSeats } from './use-seats';
import type { Seats, Section, Term } from './types';
import type { Session } from './use-session';

export interface Wish {
  term: string | null;
  search: string;
  onlyFree: boolean;
}

interface Page {
  sections: {
    edges: { node: Section }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

export interface Catalog {
  sections: Section[];
  more: boolean;
  loading: boolean;
  trouble: string | null;
  loadMore(): void;
  /** Takes over counts that came another way, such as with a command's answer. */
  merge(seats: Seats[]): void;
}

export function useTerms({ token }: Session): Term[] {
  const [terms, setTerms] = useState<Term[]>([]);
  useEffect(() => {
    ask<{ terms: Term[] }>(documentOf('Terms'), {}, { token }).then((data) => setTerms(data.terms), () => setTerms([]));
  }, [token]);
  return terms;
}

export function useCatalog({ token, socket }: Session, wish: Wish): Catalog {
  const [sections, setSections] = useState<Section[]>([]);
  const [after, setAfter] = useState<string | null>(null);
  const [more, setMore] = useState(false);
  const [loading, setLoading] = useState(true);
  const [trouble, setTrouble] = useState<string | null>(null);
  const streams = useRef<(() => void)[]>([]);

  const merge = useCallback((seats: Seats[]) => {
    const news = new Map(seats.map((each) => [each.id, each]));
    // A command's answer may come after what the stream told of a later moment.
    const newer = (old: Section) => {
      const seats = news.get(old.id);
      return seats && !isLater(old.updatedAt, seats.updatedAt) ? { ...old, ...seats } : old;
    };
    setSections((old) => old.map(newer));
  }, []);

  const load = useCallback(
    async (cursor: string | null, signal?: AbortSignal) => {
      setLoading(true);
      try {
        const variables = {
          term: wish.term,
          search: wish.search || null,
          seatsAvailable: wish.onlyFree || null,
          after: cursor,
        };
        const { edges, pageInfo } = (await ask<Page>(documentOf('Catalog'), variables, { token, signal })).sections;
        const page = edges.map((edge) => edge.node);
        setSections((old) => (cursor ? [...old, ...page] : page));
        setMore(pageInfo.hasNextPage);
        setAfter(pageInfo.endCursor);
        setTrouble(null);
        if (page.length) streams.current.push(followSeats(socket, page.map((each) => each.id), merge));
      } catch (failure) {
        if (signal?.aborted) return;
        setTrouble((failure as Error).message);
      }
      setLoading(false);
    },
    [token, socket, wish.term, wish.search, wish.onlyFree],
  );

  useEffect(() => {
    const abort = new AbortController();
    void load(null, abort.signal);
    return () => {
      abort.abort();
      streams.current.splice(0).forEach((stop) => stop());
    };
  }, [load]);

  return { sections, more, loading, trouble, loadMore: () => void load(after), merge };
}
