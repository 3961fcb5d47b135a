// The graphql-sse client in distinct connections mode: a request for each thing it listens to.
import { createClient } from 'graphql-sse';
import { obey, plain, say } from './lines.mjs';

let client;
const leaving = {};

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

await obey({
  open({ url, visit, tokens = [null] }) {
    client?.dispose();
    let used = 0;
    client = createClient({
      url,
      singleConnection: false,
      headers() {
        const token = tokens[Math.min(used++, tokens.length - 1)];
        return token ? { authorization: `Bearer ${token}` } : {};
      },
      retryAttempts: Infinity,
      retry: soon,
      fetchFn(url, init) {
        say(`asked${visit}`, JSON.parse(init.body).variables ?? null);
        return fetch(url, init);
      },
      on: { connected: () => say(`connected${visit}`) },
    });
  },
  /** `resumes` names the field whose position goes into the variables of the payload. */
  listen({ name, document, variables, resumes }) {
    const payload = { query: document, variables };
    leaving[name] = client.subscribe(payload, {
      next(result) {
        if (resumes && result.data) payload.variables.after = result.data[resumes].position;
        say(name, { data: result.data ?? null, errors: plain(result.errors) });
      },
      error: (error) => say(name, { refused: String(error) }),
      complete: () => say(name, 'complete'),
    });
  },
  leave: ({ name }) => leaving[name](),
});
