/** What the viewer waits for: at which place, what happens when a seat comes, and what stands in its way. */
import { enrolledIn, inTheWay } from './place';
import type { Leaving } from './seat-button';
import { SectionTitle } from './section-title';
import type { Section, Student, WaitlistEntry } from './types';
import type { Acts } from './use-acts';
import { useSeats } from './use-seats';
import type { Session } from './use-session';
import { rankText, sectionName } from './words';

interface Props {
  session: Session;
  student: Student;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function WaitingList({ session, student, acts, onLeave }: Props) {
  const waiting = student.waitlistEntries.flatMap((entry) =>
    entry.section && entry.status === 'WAITLISTED' ? [{ entry, section: entry.section }] : [],
  );
  const seats = useSeats(session, waiting.map(({ section }) => section.id));
  if (waiting.length === 0) return null;

  return (
    <>
      <h3 id="waiting-heading">Waiting for</h3>
      <ul class="list" aria-labelledby="waiting-heading">
        {waiting.map(({ entry, section }) => (
          <li key={entry.id}>
            <SectionTitle section={section} />
            {/* A new key makes a new element, and so starts the animation. */}
            <strong key={entry.rank} class="rank">
              {rankText(entry, (seats.get(section.id) ?? section).waitlisted)}
            </strong>
            <p class="hint outlook">{outlook(entry, section, enrolledIn(student))}</p>
            <button
              type="button"
              class="quiet"
              aria-label={`Leave the waitlist of ${sectionName(section)}`}
              disabled={!!acts.busy(section.id)}
              onClick={() => onLeave({ section, entry })}
            >
              Leave the waitlist
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function outlook({ drops }: WaitlistEntry, section: Section, mine: Section[]): string {
  const offers = section.promotion === 'OFFER';
  const blocked = drops ? [] : inTheWay(section, mine);
  if (blocked[0]) return `No seat comes while you are in ${sectionName(blocked[0])}, which is in the way.`;
  const seat = offers ? 'A free seat is offered to you first' : 'You are enrolled as soon as a seat is free';
  return drops ? `${seat}; ${sectionName(drops)} is given up then.` : `${seat}.`;
}
