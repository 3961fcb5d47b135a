// urql with Graphcache, its normalized cache; it counts what it sends.
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { obey, plain, say } from './lines.mjs';

let client, socket, sent, watched, listening;

const errorsOf = (error) =>
  error && (error.networkError ? [{ message: String(error) }] : plain(error.graphQLErrors));
const told = ({ data, error }) => ({ data: data ?? null, errors: errorsOf(error) ?? null });

await obey({
  open({ url, token, possibleTypes, get = false, events = false }) {
    socket?.dispose();
    [sent, watched, listening] = [[], {}, {}];
    socket = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: token ? { token } : {},
    });
    const forwardSubscription = (request) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
    });
    client = new Client({
      url,
      preferGetMethod: get,
      fetchOptions: { headers: token ? { authorization: `Bearer ${token}` } : {} },
      fetchSubscriptions: events,
      fetch: (...given) => {
        sent.push(given[1].method);
        return fetch(...given);
      },
      exchanges: [
        cacheExchange({ possibleTypes, resolvers: { Query: { sections: relayPagination() } } }),
        ...(events ? [] : [subscriptionExchange({ forwardSubscription })]),
        fetchExchange,
      ],
    });
  },
  sent: () => sent,
  async query({ document, variables, from = 'network-only' }) {
    return told(await client.query(gql(document), variables, { requestPolicy: from }).toPromise());
  },
  async mutate({ document, variables }) {
    return told(await client.mutation(gql(document), variables).toPromise());
  },
  watch({ name, document, variables }) {
    watched[name] = { document, variables };
    client.query(gql(document), variables).subscribe((result) => say(name, told(result)));
  },
  more({ name, variables }) {
    const { document, variables: first } = watched[name];
    const next = client.query(gql(document), { ...first, ...variables });
    next.subscribe((result) => say(name, told(result)));
  },
  listen({ name, document, variables }) {
    const results = client.subscription(gql(document), variables);
    listening[name] = results.subscribe((result) => say(name, told(result)));
  },
  leave: ({ name }) => listening[name].unsubscribe(),
});
