/** What the viewer can do at once about a refusal: wait, swap, or make room. */
import { enrolledIn, inTheWay, listOpen, NO_SEAT } from './place';
import type { Leaving } from './seat-button';
import type { Student } from './types';
import type { Acts, Notice } from './use-acts';
import { sectionName } from './words';

/** What waiting or a swap may help against; where anything else is wrong too, neither would. */
const CURABLE = new Set([...NO_SEAT, 'TIME_CONFLICT', 'DUPLICATE_COURSE', 'CREDIT_LIMIT_EXCEEDED', 'SEAT_AVAILABLE']);

interface Props {
  notice: Notice;
  student: Student;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

interface Remedy {
  text: string;
  take(): void;
}

export function Remedies(props: Props) {
  const remedies = remediesFor(props);
  if (remedies.length === 0) return null;
  return (
    <p class="choices">
      {remedies.map(({ text, take }) => (
        <button key={text} type="button" disabled={!!props.acts.busy(props.notice.section.id)} onClick={take}>
          {text}
        </button>
      ))}
    </p>
  );
}

function remediesFor({ notice: { act, section, refusals }, student, acts, onLeave }: Props): Remedy[] {
  const codes = new Set(refusals.map((each) => each.code));
  if (![...codes].every((code) => CURABLE.has(code))) return [];

  const blocking = inTheWay(section, enrolledIn(student));
  if (act.name === 'AcceptOffer') {
    // An offered seat is not to be had by a swap: the other one has to go first.
    return blocking.map((each) => ({
      text: `Cancel ${sectionName(each)}…`,
      take: () => onLeave({ section: each }),
    }));
  }
  if (!['Enroll', 'JoinWaitlist', 'SwapEnrollment'].includes(act.name)) return [];
  if (codes.has('SEAT_AVAILABLE')) {
    return [{ text: 'Enroll', take: () => void acts.begin('Enroll', section) }];
  }

  const full = act.name === 'JoinWaitlist' || [...codes].some((code) => NO_SEAT.has(code));
  if (full && !listOpen(section)) return [];
  const remedies: Remedy[] = [];
  const [only, ...more] = blocking;
  if (only && more.length === 0) {
    const kept = sectionName(only);
    remedies.push({
      text: full ? `Wait, and give up ${kept} for it then` : `Swap ${kept} for it`,
      take: () => acts.swap(only, section, full),
    });
  }
  if (full && act.name === 'Enroll' && !codes.has('DUPLICATE_COURSE')) {
    remedies.push({ text: 'Join the waitlist', take: () => void acts.begin('JoinWaitlist', section) });
  }
  return remedies;
}
