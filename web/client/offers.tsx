/** Seats that are held for the viewer until a moment: what on this page is most urgent. */
import { useEffect } from 'preact/hooks';
import type { Leaving } from './seat-button';
import type { Section, Student, WaitlistEntry } from './types';
import type { Acts } from './use-acts';
import { useNow } from './use-now';
import { leftText, meetingText, momentText, sectionName } from './words';

interface Props {
  student: Student;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function Offers({ student, acts, onLeave }: Props) {
  const offers = student.waitlistEntries.flatMap((entry) =>
    entry.section && entry.status === 'OFFERED' ? [{ entry, section: entry.section }] : [],
  );

  // Whoever looks at another tab sees it there.
  useEffect(() => {
    document.title = offers.length > 0 ? 'A seat is held for you · Rollbook' : 'Rollbook';
    return () => {
      document.title = 'Rollbook';
    };
  }, [offers.length]);

  if (offers.length === 0) return null;
  return (
    <section id="offers" class="offers" aria-label="Seats held for you">
      {offers.map(({ entry, section }) => (
        <Offer key={entry.id} entry={entry} section={section} acts={acts} onLeave={onLeave} />
      ))}
    </section>
  );
}

function Offer({ entry, section, acts, onLeave }: Omit<Props, 'student'> & { entry: WaitlistEntry; section: Section }) {
  const now = useNow();
  const { offerExpiresAt: until, drops } = entry;
  const left = until === null ? null : Date.parse(until) - now;
  const busy = !!acts.busy(section.id);
  const name = sectionName(section);

  return (
    <article class="offer">
      <h2>A seat in {name} is held for you</h2>
      <p class="until">
        {until !== null && (
          <span>
            Accept before <time dateTime={until}>{momentText(until)}</time>
          </span>
        )}
        {/* Not read out every second: the deadline beside it says the same. */}
        {left !== null && (
          <span class="left" role="timer" aria-live="off">
            {left > 0 ? `${leftText(left)} left` : 'any moment now'}
          </span>
        )}
      </p>
      <p class="hint">
        {[section.course.code, section.code, ...section.meetings.map(meetingText)].join(' · ')}
        {drops && ` · accepting gives up ${sectionName(drops)}`}
      </p>
      <p class="choices">
        <button
          type="button"
          class="quiet"
          aria-label={`Decline the seat in ${name}`}
          disabled={busy}
          onClick={() => onLeave({ section, entry })}
        >
          Decline…
        </button>
        <button
          type="button"
          class="primary"
          aria-label={`Accept the seat in ${name}`}
          aria-disabled={busy}
          onClick={() => busy || void acts.begin('AcceptOffer', section)}
        >
          {busy ? 'Sending…' : 'Accept'}
        </button>
      </p>
    </article>
  );
}
