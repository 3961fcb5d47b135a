/** What GraphiQL keeps, apart for each person: their tabs hold ids that are theirs. */
import type { Storage as Store } from '@graphiql/toolkit';
import { claimsOf } from '../shared/token';

// The name under which GraphiQL keeps its tabs.
const TABS = 'graphiql:tabState';

export function storageFor(token: string | null): Store {
  const claims = claimsOf(token);
  const prefix = `playground:${claims ? `${claims.role}:${claims.student ?? claims.subject}` : 'anonymous'}:`;
  const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return ownKeys().length;
    },
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  };
}

/** Whether there are tabs of an earlier visit, which then come before the starters. */
export function hasTabs(store: Store): boolean {
  return store.getItem(TABS) !== null;
}
