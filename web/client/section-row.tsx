/** One section: what it is, when it meets, how many seats are free, and what one can do. */
import type { Place } from './place';
import { SeatButton, type Leaving } from './seat-button';
import { SeatCount } from './seat-count';
import type { Section } from './types';
import type { Acts } from './use-acts';
import { credits, meetingText, rankText, sectionName } from './words';

interface Props {
  section: Section;
  /** What the viewer has to do with it; null for who cannot enroll. */
  place: Place | null;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function SectionRow({ section, place, acts, onLeave }: Props) {
  const { course, code, meetings, status } = section;
  const places = [...new Set(meetings.flatMap((meeting) => meeting.place ?? []))];
  const when = meetings.map(meetingText).join(', ') || 'No fixed times';

  return (
    <li class={`row ${status.toLowerCase()} ${place?.enrolled ? 'mine' : ''}`}>
      <p class="codes">
        {course.code} <span>{code}</span>
      </p>
      <h3>{course.title}</h3>
      <p class="facts-line">{[when, ...places, credits(course)].join(' · ')}</p>
      <SeatCount seats={section} />
      {place && (
        <p class="actions">
          <Standing section={section} place={place} acts={acts} />
          <SeatButton key="seat" section={section} place={place} acts={acts} onLeave={onLeave} />
        </p>
      )}
    </li>
  );
}

/** In or waiting, or else whether it is in the cart. */
function Standing({ section, place, acts }: { section: Section; place: Place; acts: Acts }) {
  const { enrolled, entry, inCart } = place;
  if (enrolled) return <span class="enrolled">Enrolled</span>;
  if (entry) return <span class="rank">{rankText(entry, section.waitlisted)}</span>;
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={inCart}
      aria-label={`${sectionName(section)} in cart`}
      disabled={!!acts.busy(section.id)}
      onClick={() => void acts.begin(inCart ? 'RemoveFromCart' : 'AddToCart', section)}
    >
      {inCart ? 'In cart' : 'Cart'}
    </button>
  );
}
