// The graphql-ws client: one socket for all that it listens to, opened again when it is lost.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { obey, plain, say } from './lines.mjs';

let client;
const leaving = {};

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

await obey({
  async open({ url, visit, tokens = [null], keepAlive = 0 }) {
    await client?.dispose();
    let used = 0;
    client = createClient({
      url,
      webSocketImpl: WebSocket,
      keepAlive,
      connectionParams: () => ({ token: tokens[Math.min(used++, tokens.length - 1)] }),
      shouldRetry: (event) => event?.code !== 4403 || used < tokens.length,
      retryAttempts: Infinity,
      retryWait: soon,
      on: {
        connected: () => say(`connected${visit}`),
        closed: ({ code, reason }) => say(`closed${visit}`, { code, reason }),
        pong: (received) => received && say(`pong${visit}`),
      },
      jsonMessageReplacer(key, message) {
        if (message?.type === 'subscribe') say(`asked${visit}`, message.payload.variables ?? null);
        return message;
      },
    });
  },
  /** `resumes` names the field whose position goes into the variables of the payload. */
  listen({ name, document, variables, resumes }) {
    const payload = { query: document, variables };
    leaving[name] = client.subscribe(payload, {
      next(result) {
        if (resumes) payload.variables.after = result.data[resumes].position;
        say(name, { data: result.data, errors: plain(result.errors) });
      },
      error: (error) => say(name, { refused: Array.isArray(error) ? plain(error) : String(error) }),
      complete: () => say(name, 'complete'),
    });
  },
  leave: ({ name }) => leaving[name](),
});
