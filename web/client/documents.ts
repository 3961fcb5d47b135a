/** The documents of documents.graphql by name, each with the fragments it spreads. */
import { composer } from '../shared/compose';
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

const composed = composer(source);

export function documentOf(name: Name): string {
  return composed.documentOf(name);
}
