/** One WebSocket to the service, kept alive and reopened for as long as somebody listens. */
import { createClient, type Client } from 'graphql-ws';

export type LinkState = 'idle' | 'connecting' | 'live' | 'waiting' | 'refused';

const DEAD_AFTER_MS = 5_000;

export const httpUrl = '/graphql';

export function socketUrl(): string {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export function openSocket(token: string | null, onState: (state: LinkState) => void = () => {}): Client {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: socketUrl(),
    connectionParams: () => (token ? { token } : {}),
    keepAlive: 15_000,
    retryAttempts: Infinity,
    retryWait: backOff,
    shouldRetry: (event) => !isNotAllowed(event),
    on: {
      connecting: () => onState('connecting'),
      connected: () => onState('live'),
      closed: (event) => {
        clearTimeout(unanswered);
        onState(stateAfter(event));
      },
      // A socket whose other end is gone stays "open" for minutes; an unanswered ping ends it.
      ping: (received) => {
        if (received) return;
        clearTimeout(unanswered);
        unanswered = setTimeout(() => client.terminate(), DEAD_AFTER_MS);
      },
      pong: (received) => received && clearTimeout(unanswered),
    },
  });
  return client;
}

/** Whether the service closed because of the token: refused, or expired meanwhile. */
export function isNotAllowed(event: unknown): boolean {
  return closeCode(event) === 4401 || closeCode(event) === 4403;
}

function stateAfter(event: unknown): LinkState {
  if (isNotAllowed(event)) return 'refused';
  return closeCode(event) === 1000 ? 'idle' : 'waiting';
}

function closeCode(event: unknown): number {
  return typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0;
}

/** Half a second, doubling to eight, with jitter; a network that comes back ends the wait. */
async function backOff(retries: number): Promise<void> {
  const pause = Math.min(500 * 2 ** retries, 8_000) * (0.7 + Math.random() * 0.6);
  await new Promise<void>((go) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      go();
    };
    const timer = setTimeout(done, pause);
    addEventListener('online', done);
  });
}
