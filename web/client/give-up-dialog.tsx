/** Giving up a place on a waitlist or an offered seat: asked once more, for it cannot be had back. */
import { Dialog } from './dialog';
import { RefusalList } from './refusal-list';
import type { Section, WaitlistEntry } from './types';
import type { Acts } from './use-acts';
import { sectionName } from './words';

interface Props {
  section: Section;
  entry: WaitlistEntry;
  acts: Acts;
  onClose(): void;
}

export function GiveUpDialog({ section, entry, acts, onClose }: Props) {
  const offered = entry.status === 'OFFERED';
  const title = offered ? 'Decline the seat' : 'Leave the waitlist';
  const name = offered ? 'DeclineOffer' : 'LeaveWaitlist';
  const refusals = acts.notices.find(
    (each) => each.section.id === section.id && each.kind === 'refused' && each.act.name === name,
  )?.refusals;

  const giveUp = async () => {
    if ((await acts.begin(name, section)) !== 'refused') onClose();
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        {offered ? 'The seat in ' : 'Your place for '}
        <strong>{sectionName(section)}</strong>
        {offered ? ' goes to the next one.' : ' is given up.'} Who joins again is the last in line.
      </p>
      {refusals && <RefusalList refusals={refusals} />}
      <p class="choices">
        <button type="button" onClick={onClose}>
          {offered ? 'Think about it' : 'Keep waiting'}
        </button>
        <button type="button" class="danger" disabled={!!acts.busy(section.id)} onClick={() => void giveUp()}>
          {title}
        </button>
      </p>
    </Dialog>
  );
}
