/** Places in the log: strings without meaning, but for this, that the larger is the later. */

/** Before the first fact: a feed that begins here tells everything. */
export const START = '0';

export function isLater(one: string, other: string): boolean {
  return BigInt(one) > BigInt(other);
}
