/** Queries and commands by POST, with errors as one kind of exception. */
import { httpUrl } from '../shared/socket';

const PASSING = new Set(['OVERLOADED', 'RATE_LIMITED', 'STALE']);

export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly requestId?: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Whether the same request may well succeed in a moment, or its reply was only lost. */
  get passing(): boolean {
    return isPassingCode(this.code);
  }
}

export function isPassingCode(code: string | undefined): boolean {
  return PASSING.has(code ?? '');
}

interface Answer<T> {
  data?: T | null;
  extensions?: { position?: string };
  errors?: { message: string; extensions?: { code?: string; requestId?: string; retryAfter?: number } }[];
}

export interface Asking {
  token: string | null;
  signal?: AbortSignal;
}

/** The data of an answer and the position it was read at. */
export interface Told<T> {
  data: T;
  position: string | null;
}

export async function ask<T>(query: string, variables: object, asking: Asking): Promise<T> {
  return (await askAt<T>(query, variables, asking)).data;
}

export async function askAt<T>(query: string, variables: object, { token, signal }: Asking): Promise<Told<T>> {
  const answer = await send<T>(JSON.stringify({ query, variables }), {
    signal: signal ?? AbortSignal.timeout(15_000),
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  const error = answer.errors?.[0];
  if (error && !answer.data) {
    const { code = 'INTERNAL', requestId, retryAfter } = error.extensions ?? {};
    throw new ApiError(error.message, code, requestId, retryAfter);
  }
  if (!answer.data) throw new ApiError('The service gave an empty answer.', 'INTERNAL');
  return { data: answer.data, position: answer.extensions?.position ?? null };
}

async function send<T>(body: string, init: RequestInit): Promise<Answer<T>> {
  let answer: Response;
  try {
    answer = await fetch(httpUrl, { ...init, method: 'POST', body });
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
    throw new ApiError('The service did not answer.', 'OVERLOADED');
  }
  try {
    return (await answer.json()) as Answer<T>;
  } catch {
    const code = answer.status >= 502 ? 'OVERLOADED' : 'INTERNAL';
    throw new ApiError(`The service answered ${answer.status} without a body that can be read.`, code);
  }
}
