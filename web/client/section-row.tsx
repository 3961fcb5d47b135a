/** One section: what it is, when it meets, how many seats are free, and what one can do. */
import { SeatCount } from './seat-count';
import type { Section } from './types';
import type { Acts, Busy } from './use-acts';
import { credits, meetingText, sectionName } from './words';

interface Props {
  section: Section;
  /** What the viewer has to do with it; null for who cannot enroll. */
  mine: { enrolled: boolean; inCart: boolean } | null;
  acts: Acts;
  onLeave(section: Section): void;
}

const WAIT: Record<Busy, string> = { sending: 'Sending…', again: 'Sending again…' };

export function SectionRow({ section, mine, acts, onLeave }: Props) {
  const { course, code, meetings, status } = section;
  const places = [...new Set(meetings.flatMap((meeting) => meeting.place ?? []))];
  const when = meetings.map(meetingText).join(', ') || 'No fixed times';

  return (
    <li class={`row ${status.toLowerCase()} ${mine?.enrolled ? 'mine' : ''}`}>
      <p class="codes">
        {course.code} <span>{code}</span>
      </p>
      <h3>{course.title}</h3>
      <p class="facts-line">{[when, ...places, credits(course)].join(' · ')}</p>
      <SeatCount seats={section} />
      {mine && <Actions section={section} mine={mine} acts={acts} onLeave={onLeave} />}
    </li>
  );
}

function Actions({ section, mine, acts, onLeave }: Props & { mine: NonNullable<Props['mine']> }) {
  const busy = acts.busy(section.id);
  const name = sectionName(section);
  const inviting = section.status === 'OPEN' && section.seatsAvailable !== 0;

  return (
    <p class="actions">
      {mine.enrolled ? (
        <span class="enrolled">Enrolled</span>
      ) : (
        <button
          type="button"
          class="quiet"
          aria-pressed={mine.inCart}
          aria-label={`${name} in cart`}
          disabled={!!busy}
          onClick={() => void acts.begin(mine.inCart ? 'RemoveFromCart' : 'AddToCart', section)}
        >
          {mine.inCart ? 'In cart' : 'Cart'}
        </button>
      )}
      {/* One and the same button before, during and after, so that the focus stays where it was.
          It works also where no seat is free: the service decides, and says what would help. */}
      <button
        type="button"
        key="main"
        class={mine.enrolled ? 'quiet' : inviting ? 'primary' : ''}
        aria-label={busy ? WAIT[busy] : mine.enrolled ? `Cancel ${name}` : `Enroll in ${name}`}
        aria-disabled={!!busy}
        onClick={() => {
          if (busy) return;
          if (mine.enrolled) onLeave(section);
          else void acts.begin('Enroll', section);
        }}
      >
        {busy ? WAIT[busy] : mine.enrolled ? 'Cancel…' : 'Enroll'}
      </button>
    </p>
  );
}
