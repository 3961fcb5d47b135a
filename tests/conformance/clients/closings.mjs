// The graphql-ws client with one thing gone wrong each, and how its socket is closed then.
import { createClient, MessageType } from 'graphql-ws';
import WebSocket from 'ws';

const { url, query, badToken } = JSON.parse(process.argv[2]);

const PATIENCE = 12_000;

const init = JSON.stringify({ type: MessageType.ConnectionInit });
const subscribe = JSON.stringify({ id: 'early', type: MessageType.Subscribe, payload: { query } });

/** A socket that offers other subprotocols than the client means to. */
const offering = (...protocols) =>
  class extends WebSocket {
    constructor(address) {
      super(address, protocols);
    }
  };

const changed = (type, change) => (key, value) => (value?.type === type ? change(value) : value);

const mistakes = {
  'an id that is no string': {
    jsonMessageReplacer: changed(MessageType.Subscribe, (message) => ({ ...message, id: 7 })),
  },
  'no query': {
    jsonMessageReplacer: changed(MessageType.Subscribe, (message) => ({ ...message, payload: {} })),
  },
  'a type nobody knows': {
    jsonMessageReplacer: changed(MessageType.Subscribe, (message) => ({
      ...message,
      type: 'start',
    })),
  },
  'bytes': { on: { connected: (socket) => socket.send(Buffer.from(init)) } },
  'no JSON': { on: { connected: (socket) => socket.send('{') } },
  'a token that is no string': { connectionParams: { token: 5 } },
  'a message of 70 KiB': { on: { connected: (socket) => socket.send(`"${'x'.repeat(71_680)}"`) } },
  'subscribing before the init': { on: { opened: (socket) => socket.send(subscribe) } },
  'a token that is refused': { connectionParams: { token: badToken } },
  'another protocol': { webSocketImpl: offering('graphql-ws') },
  'an id twice': { generateID: () => 'same' },
  'a second init': { on: { connected: (socket) => socket.send(init) } },
  'no init': { connectionParams: () => new Promise(() => {}), retryAttempts: 0 },
};

/** How the socket is closed, whether the client tries again by itself, and after how long. */
function outcome(options) {
  return new Promise((resolve) => {
    const began = performance.now();
    let tries = 0;
    setTimeout(() => resolve({ code: null, reason: 'nobody closed it', tries }), PATIENCE);
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 1,
      retryWait: async () => {},
      ...options,
      on: { ...options.on, connecting: () => void (tries += 1) },
    });
    const sink = {
      next() {},
      complete() {},
      error({ code, reason }) {
        resolve({ code, reason, tries, seconds: (performance.now() - began) / 1000 });
        client.dispose();
      },
    };
    client.subscribe({ query }, sink);
    client.subscribe({ query }, { ...sink, error() {} });
  });
}

const outcomes = await Promise.all(Object.values(mistakes).map(outcome));
const names = Object.keys(mistakes);
const told = Object.fromEntries(names.map((name, number) => [name, outcomes[number]]));
process.stdout.write(JSON.stringify(told), () => process.exit());
