/** The one button of a section: whatever gets a seat there next, or gives one back. */
import { listOpen, type Place } from './place';
import type { Section, WaitlistEntry } from './types';
import type { Acts, Busy } from './use-acts';
import { sectionName } from './words';

const SENDING: Record<Busy, string> = { sending: 'Sending…', again: 'Sending again…' };

export interface Leaving {
  section: Section;
  /** The place that is given up; missing where it is an enrollment. */
  entry?: WaitlistEntry;
}

interface Props {
  section: Section;
  place: Place;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

interface Step {
  text: string;
  label: string;
  tone: string;
  take(): void;
}

export function SeatButton({ section, place, acts, onLeave }: Props) {
  const busy = acts.busy(section.id);
  const { text, label, tone, take } = nextStep({ section, place, acts, onLeave });

  // One and the same button before, during and after, so that the focus stays where it was.
  return (
    <button
      type="button"
      class={tone}
      aria-label={busy ? SENDING[busy] : label}
      aria-disabled={!!busy}
      onClick={() => busy || take()}
    >
      {busy ? SENDING[busy] : text}
    </button>
  );
}

function nextStep({ section, place: { enrolled, entry, permitted }, acts, onLeave }: Props): Step {
  const name = sectionName(section);
  const full = section.seatsAvailable === 0;
  if (enrolled) {
    return { text: 'Cancel…', label: `Cancel ${name}`, tone: 'quiet', take: () => onLeave({ section }) };
  }
  if (entry?.status === 'OFFERED') {
    const take = () => void acts.begin('AcceptOffer', section);
    return { text: 'Accept the seat', label: `Accept the seat in ${name}`, tone: 'primary', take };
  }
  if (entry) {
    const take = () => onLeave({ section, entry });
    return { text: 'Leave…', label: `Leave the waitlist of ${name}`, tone: 'quiet', take };
  }
  if (full && section.status === 'OPEN' && listOpen(section) && !permitted) {
    const take = () => void acts.begin('JoinWaitlist', section);
    return { text: 'Join the waitlist', label: `Join the waitlist of ${name}`, tone: '', take };
  }
  // Also where no seat is free: the service decides, and says what would help.
  const tone = section.status === 'OPEN' && !full ? 'primary' : '';
  return { text: 'Enroll', label: `Enroll in ${name}`, tone, take: () => void acts.begin('Enroll', section) };
}
