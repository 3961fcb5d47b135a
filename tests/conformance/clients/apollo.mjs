// Apollo Client with its normalized cache; it counts what it sends.
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { obey, plain, say } from './lines.mjs';

let client, socket, sent, watched, listening;

const isSubscription = ({ query }) => getMainDefinition(query).operation === 'subscription';
const errorsOf = (error) =>
  error && (CombinedGraphQLErrors.is(error) ? plain(error.errors) : [{ message: String(error) }]);
const told = ({ data, error }) => ({ data: data ?? null, errors: errorsOf(error) ?? null });

await obey({
  open({ url, token, possibleTypes, get = false }) {
    client?.stop();
    socket?.dispose();
    [sent, watched, listening] = [[], {}, {}];
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const counted = (...given) => {
      sent.push(given[1].method);
      return fetch(...given);
    };
    const http = new HttpLink({ uri: url, headers, fetch: counted, useGETForQueries: get });
    socket = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: token ? { token } : {},
    });
    client = new ApolloClient({
      link: ApolloLink.split(isSubscription, new GraphQLWsLink(socket), http),
      cache: new InMemoryCache({
        possibleTypes,
        typePolicies: { Query: { fields: { sections: relayStylePagination(['term']) } } },
      }),
      defaultOptions: { query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
    });
  },
  sent: () => sent,
  async query({ document, variables, from = 'network-only' }) {
    return told(await client.query({ query: gql(document), variables, fetchPolicy: from }));
  },
  async mutate({ document, variables }) {
    return told(await client.mutate({ mutation: gql(document), variables }));
  },
  watch({ name, document, variables }) {
    watched[name] = client.watchQuery({ query: gql(document), variables });
    watched[name].subscribe((result) => result.loading || say(name, told(result)));
  },
  async more({ name, variables }) {
    await watched[name].fetchMore({ variables });
  },
  listen({ name, document, variables }) {
    const results = client.subscribe({ query: gql(document), variables });
    listening[name] = results.subscribe((result) => say(name, told(result)));
  },
  leave: ({ name }) => listening[name].unsubscribe(),
});
