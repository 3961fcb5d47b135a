/** What the viewer considers; it holds no seat, so the counts beside it are live. */
import { SeatCount } from './seat-count';
import type { Student } from './types';
import type { Acts } from './use-acts';
import { useSeats } from './use-seats';
import type { Session } from './use-session';
import { meetingText, sectionName } from './words';

interface Props {
  session: Session;
  student: Student;
  acts: Acts;
}

export function CartPanel({ session, student, acts }: Props) {
  const sections = student.cart.map((item) => item.section);
  const seats = useSeats(session, sections.map((each) => each.id));
  if (sections.length === 0) return null;

  return (
    <section class="panel" aria-labelledby="cart-heading">
      <h2 id="cart-heading">
        My cart <span class="sum">holds no seat</span>
      </h2>
      <ul class="list">
        {sections.map((section) => (
          <li key={section.id}>
            <p>
              <strong>{section.course.title}</strong>
              <span class="hint">
                {[section.course.code, section.code, ...section.meetings.map(meetingText)].join(' · ')}
              </span>
            </p>
            <SeatCount seats={seats.get(section.id) ?? section} />
            <p class="actions">
              <button
                type="button"
                class="quiet"
                aria-label={`Take ${sectionName(section)} out of the cart`}
                disabled={!!acts.busy(section.id)}
                onClick={() => void acts.begin('RemoveFromCart', section)}
              >
                Remove
              </button>
              <button
                type="button"
                aria-label={`Enroll in ${sectionName(section)}`}
                disabled={!!acts.busy(section.id)}
                onClick={() => void acts.begin('Enroll', section)}
              >
                Enroll
              </button>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
