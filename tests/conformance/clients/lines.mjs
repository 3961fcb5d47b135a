// What a test tells a client and what the client says, a line of JSON each.
import { createInterface } from 'node:readline';

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

export const say = (name, said = null) => write({ name, said });

/** Does what it is told, act by act, until nobody is there to tell it anything. */
export async function obey(acts) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { number, act, ...given } = JSON.parse(line);
    try {
      write({ number, answer: (await acts[act](given)) ?? null });
    } catch (error) {
      write({ number, thrown: String(error?.stack ?? error) });
    }
  }
  process.exit(0);
}

/** Errors as plain data, whichever class a client has for them. */
export const plain = (errors) =>
  errors?.map(({ message, extensions }) => ({ message, code: extensions?.code })) ?? null;
