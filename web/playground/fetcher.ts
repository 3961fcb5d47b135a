/** How GraphiQL reaches the service: queries and mutations by POST, subscriptions by WebSocket. */
import type { Fetcher, FetcherParams, Observable } from '@graphiql/toolkit';
import { parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import type { Sink } from 'graphql-ws';
import { resumeAfter, type FeedPayload } from '../shared/resume';
import { httpUrl, openSocket } from '../shared/socket';
import { tokenIn } from '../shared/token';

type Headers = Record<string, string>;
type Observer = Pick<Sink<ExecutionResult>, 'next' | 'error' | 'complete'>;

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

export const fetcher: Fetcher = (asked, options) => {
  const headers: Headers = options?.headers ?? {};
  const params = { ...asked, operationName: chosen(asked) };
  return isSubscription(params) ? subscribe(params, headers) : post(params, headers);
};

// Right after a change of tabs GraphiQL still has the old tab's name and document.
function chosen({ query, operationName }: FetcherParams): string | null | undefined {
  const operations = operationsIn(query);
  return operations.length === 1 ? operations[0]!.name?.value : operationName;
}

function isSubscription({ query, operationName }: FetcherParams): boolean {
  const operations = operationsIn(query);
  const running = operations.find(({ name }) => !operationName || name?.value === operationName);
  return running?.operation === 'subscription';
}

function operationsIn(query: string): OperationDefinitionNode[] {
  try {
    return parse(query).definitions.filter((node) => node.kind === 'OperationDefinition');
  } catch {
    return []; // the service says what is wrong with it
  }
}

async function post(params: FetcherParams, headers: Headers) {
  const answer = await fetch(httpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: JSON.stringify(params),
  });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The service answered ${answer.status} without JSON.` }], text };
  }
}

// The header editor is the one place where the bearer is set, so the socket reads it from there.
// An observable and not an async generator: GraphiQL's stop button must end a silent stream too.
function subscribe(params: FetcherParams, headers: Headers): Observable<ExecutionResult> {
  const minPosition = header(headers, 'min-position');
  const payload: FeedPayload & { extensions?: Record<string, unknown> } = {
    query: params.query,
    operationName: params.operationName,
    variables: params.variables as Record<string, unknown> | undefined,
    ...(minPosition && { extensions: { minPosition } }),
  };
  return {
    subscribe(listener) {
      const observer = listener as Observer;
      const client = openSocket(tokenIn(header(headers, 'authorization') ?? ''));
      client.subscribe(payload, {
        next(result) {
          resumeAfter(payload, result.data);
          observer.next(result as ExecutionResult);
        },
        error: (failure) => observer.error(readable(failure)),
        complete: () => observer.complete(),
      });
      return { unsubscribe: () => void client.dispose() };
    },
  };
}

function header(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function readable(failure: unknown): unknown {
  if (!(failure instanceof CloseEvent)) return failure;
  return new Error(`The socket was closed: ${failure.code} ${failure.reason}`);
}
