/** What the viewer considers; it holds no seat, so the counts beside it are live. */
import { placeIn } from './place';
import { SeatButton, type Leaving } from './seat-button';
import { SeatCount } from './seat-count';
import { SectionTitle } from './section-title';
import type { Student } from './types';
import type { Acts } from './use-acts';
import { useSeats } from './use-seats';
import type { Session } from './use-session';
import { sectionName } from './words';

interface Props {
  session: Session;
  student: Student;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function CartPanel({ session, student, acts, onLeave }: Props) {
  const items = student.cart.map((item) => item.section);
  const seats = useSeats(session, items.map((each) => each.id));
  const sections = items.map((each) => ({ ...each, ...seats.get(each.id) }));
  if (sections.length === 0) return null;

  return (
    <section class="panel" aria-labelledby="cart-heading">
      <h2 id="cart-heading">
        My cart <span class="sum">holds no seat</span>
      </h2>
      <ul class="list">
        {sections.map((section) => (
          <li key={section.id}>
            <SectionTitle section={section} />
            <SeatCount seats={section} />
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
              <SeatButton section={section} place={placeIn(student, section.id)} acts={acts} onLeave={onLeave} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
