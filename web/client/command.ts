/** One act of the user as one command: the id is made once, so sending it again cannot do it twice. */
import { ApiError, ask } from './api';
import { documentOf, type CommandName } from './documents';
import type { Payload } from './types';

const TRIES = 4;

export interface Act {
  readonly commandId: string;
  readonly name: CommandName;
  readonly input: Readonly<Record<string, unknown>>;
}

export function newAct(name: CommandName, input: Act['input']): Act {
  return { commandId: newId(), name, input };
}

/** Sends until an answer comes; `again` is called before each repetition. */
export async function perform(act: Act, token: string, again: () => void): Promise<Payload> {
  const variables = { input: { ...act.input, commandId: act.commandId } };
  for (let tried = 1; ; tried++) {
    try {
      return (await ask<{ command: Payload }>(documentOf(act.name), variables, { token })).command;
    } catch (failure) {
      if (!(failure instanceof ApiError && failure.passing) || tried === TRIES) throw failure;
      again();
      await pause(Math.max(failure.retryAfter * 1000, 400 * 2 ** tried));
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}

// randomUUID exists only on https and localhost; getRandomValues everywhere.
function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
