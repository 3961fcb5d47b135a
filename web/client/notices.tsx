/** How the latest acts went, and what else just happened: said aloud, kept until read, except for what went well. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { CommandName } from './documents';
import { NewsCard } from './news-panel';
import { RefusalList } from './refusal-list';
import { Remedies } from './remedies';
import type { Leaving } from './seat-button';
import type { Student } from './types';
import type { Acts, Notice } from './use-acts';
import type { NewsFeed } from './use-news';
import { sectionName } from './words';

const SHOWN_MS = 6_000;

const DONE: Record<CommandName, string> = {
  Enroll: 'You are enrolled in',
  CancelEnrollment: 'You left',
  Withdraw: 'You withdrew from',
  AddToCart: 'Put into your cart:',
  RemoveFromCart: 'Taken out of your cart:',
  JoinWaitlist: 'You are waiting for',
  LeaveWaitlist: 'You no longer wait for',
  AcceptOffer: 'You are enrolled in',
  DeclineOffer: 'You declined the seat in',
  SwapEnrollment: 'You swapped, and are enrolled in',
};

const NOT_DONE: Record<CommandName, string> = {
  Enroll: 'Not enrolled in',
  CancelEnrollment: 'Still enrolled in',
  Withdraw: 'Still enrolled in',
  AddToCart: 'Not put into your cart:',
  RemoveFromCart: 'Still in your cart:',
  JoinWaitlist: 'Not on the waitlist of',
  LeaveWaitlist: 'Not taken off the waitlist of',
  AcceptOffer: 'Not enrolled in',
  DeclineOffer: 'Not declined:',
  SwapEnrollment: 'Not swapped for',
};

interface Props {
  acts: Acts;
  feed: NewsFeed;
  student: Student | null;
  onLeave(leaving: Leaving): void;
}

export function Notices({ acts, feed, student, onLeave }: Props) {
  // An offer that was answered or has ended is no news any more.
  const offered = student?.waitlistEntries.filter((each) => each.status === 'OFFERED');
  const fresh = feed.fresh.filter(
    ({ kind, section }) => kind !== 'SEAT_OFFERED' || offered?.some((each) => each.section?.id === section?.id),
  );

  return (
    <div class="notices" aria-live="polite">
      {fresh.map((item) => (
        <NewsCard key={item.position} item={item} onDismiss={() => feed.dismiss(item.position)} />
      ))}
      {acts.notices.map((notice) => (
        <Card key={notice.id} notice={notice} acts={acts}>
          {student && <Remedies notice={notice} student={student} acts={acts} onLeave={onLeave} />}
        </Card>
      ))}
    </div>
  );
}

function headline({ act, kind, trouble, waiting }: Notice): string {
  if (trouble?.passing) return 'No word about';
  return (kind === 'done' ? DONE : NOT_DONE)[waiting ? 'JoinWaitlist' : act.name];
}

function Card({ notice, acts, children }: { notice: Notice; acts: Acts; children: ComponentChildren }) {
  const { kind, section, refusals, trouble } = notice;
  const done = kind === 'done';

  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => acts.dismiss(notice.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done, notice.id]);

  return (
    <section class={`notice ${kind}`}>
      <h2>
        {headline(notice)} {sectionName(section)}
      </h2>
      {kind === 'refused' && (
        <>
          <RefusalList refusals={refusals} />
          {children}
        </>
      )}
      {kind === 'failed' && (
        <>
          <p>
            {trouble?.message}{' '}
            {trouble?.passing && 'It may have been recorded all the same; asking again cannot do it twice.'}
            {trouble?.requestId && <span class="hint"> Request {trouble.requestId}</span>}
          </p>
          {trouble?.passing && (
            <button type="button" onClick={() => acts.resend(notice)}>
              Ask again
            </button>
          )}
        </>
      )}
      <button type="button" class="close" aria-label="Dismiss" onClick={() => acts.dismiss(notice.id)}>
        ×
      </button>
    </section>
  );
}
