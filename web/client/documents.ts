/** The documents of documents.graphql by name, each with the fragments it spreads. */
import source from './documents.graphql?raw';

/** What a student does with one section. */
export type SeatCommand =
  | 'Enroll'
  | 'CancelEnrollment'
  | 'Withdraw'
  | 'AddToCart'
  | 'RemoveFromCart'
  | 'JoinWaitlist'
  | 'LeaveWaitlist'
  | 'AcceptOffer'
  | 'DeclineOffer';

export type CommandName = SeatCommand | 'SwapEnrollment';

type Name =
  | CommandName
  | 'Viewer'
  | 'Terms'
  | 'Catalog'
  | 'RecentFacts'
  | 'SeatsStream'
  | 'StudentStream'
  | 'FactFeed'
  | 'NewsFeed';

const definitions = new Map(
  source
    .split(/^(?=fragment |query |mutation |subscription )/m)
    .slice(1)
    .map((text) => [/^\w+ (\w+)/.exec(text)![1]!, text.trim()] as const),
);

export function documentOf(name: Name): string {
  const needed = new Set<string>([name]);
  // A set that grows while it is walked: fragments spread fragments.
  for (const each of needed) {
    for (const [, fragment] of definitions.get(each)!.matchAll(/\.\.\.(\w+)/g)) needed.add(fragment!);
  }
  return [...needed].map((each) => definitions.get(each)).join('\n\n');
}
