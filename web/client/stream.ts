/** Follows a subscription for as long as it is wanted, also after the server ended it. */
import type { Client } from 'graphql-ws';
import { resumeAfter, type FeedPayload } from '../shared/resume';
import { isNotAllowed } from '../shared/socket';
import { isPassingCode } from './api';

const AGAIN_AFTER_MS = 1_000;
const LATER_MS = 5_000;

export interface Listener<T> {
  next(data: T): void;
  /** The server will not give this stream to us; asking again would not help. */
  refused?(message: string): void;
}

/** Returns what ends it. `payload` is kept as it is sent, so that a feed's `$after` moves on in it. */
export function follow<T>(client: Client, payload: FeedPayload, listener: Listener<T>): () => void {
  let wanted = true;
  let stop = () => {};

  const start = () => {
    stop = client.subscribe<T>(payload, {
      next({ data, errors }) {
        if (data) {
          resumeAfter(payload, data);
          listener.next(data);
        } else if (errors?.[0]) {
          listener.refused?.(errors[0].message);
        }
      },
      error(failure) {
        if (isPassing(failure)) again(LATER_MS);
        else listener.refused?.(messageOf(failure));
      },
      complete: () => again(AGAIN_AFTER_MS),
    });
  };

  const again = (ms: number) => {
    if (wanted) setTimeout(() => wanted && start(), ms);
  };

  start();
  return () => {
    wanted = false;
    stop();
  };
}

// The socket itself comes back after most closes; what reaches a stream is a fault of the service,
// or its word that it will not have us.
function isPassing(failure: unknown): boolean {
  if (failure instanceof CloseEvent) return !isNotAllowed(failure);
  return Array.isArray(failure) && isPassingCode(failure[0]?.extensions?.code);
}

function messageOf(failure: unknown): string {
  if (Array.isArray(failure)) return String(failure[0]?.message ?? 'Refused.');
  if (failure instanceof CloseEvent) return failure.reason || `The connection was closed (${failure.code}).`;
  return failure instanceof Error ? failure.message : 'Refused.';
}
