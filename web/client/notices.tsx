/** How the latest acts went: said aloud, kept until read, except for what went well. */
import { useEffect } from 'preact/hooks';
import type { CommandName } from './documents';
import { RefusalList } from './refusal-list';
import type { Acts, Notice } from './use-acts';
import { sectionName } from './words';

const SHOWN_MS = 6_000;

const DONE: Record<CommandName, string> = {
  Enroll: 'You are enrolled in',
  CancelEnrollment: 'You left',
  Withdraw: 'You withdrew from',
  AddToCart: 'Put into your cart:',
  RemoveFromCart: 'Taken out of your cart:',
};

const NOT_DONE: Record<CommandName, string> = {
  Enroll: 'Not enrolled in',
  CancelEnrollment: 'Still enrolled in',
  Withdraw: 'Still enrolled in',
  AddToCart: 'Not put into your cart:',
  RemoveFromCart: 'Still in your cart:',
};

export function Notices({ acts }: { acts: Acts }) {
  return (
    <div class="notices" aria-live="polite">
      {acts.notices.map((notice) => (
        <Card key={notice.id} notice={notice} acts={acts} />
      ))}
    </div>
  );
}

function headline({ act, kind, trouble }: Notice): string {
  if (trouble?.passing) return 'No word about';
  return (kind === 'done' ? DONE : NOT_DONE)[act.name];
}

function Card({ notice, acts }: { notice: Notice; acts: Acts }) {
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
      {kind === 'refused' && <RefusalList refusals={refusals} />}
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
