/** Leaving a section, with the reason that is asked for; withdrawing where canceling is too late. */
import { useState } from 'preact/hooks';
import { Dialog } from './dialog';
import { RefusalList } from './refusal-list';
import type { Section } from './types';
import type { Acts } from './use-acts';
import { REASONS, sectionName } from './words';

interface Props {
  section: Section;
  acts: Acts;
  onClose(): void;
}

export function CancelDialog({ section, acts, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [comment, setComment] = useState('');
  const refusals = acts.notices.find((each) => each.section.id === section.id && each.kind === 'refused')?.refusals;
  const tooLate = refusals?.some((each) => each.code === 'DEADLINE_PASSED') ?? false;

  const leave = async (name: 'CancelEnrollment' | 'Withdraw') => {
    if ((await acts.begin(name, section, { reason, comment })) !== 'refused') onClose();
  };

  return (
    <Dialog title={tooLate ? 'Withdraw' : 'Cancel enrollment'} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void leave(tooLate ? 'Withdraw' : 'CancelEnrollment');
        }}
      >
        <p>
          You leave <strong>{sectionName(section)}</strong>; the seat goes to somebody else.
        </p>
        {refusals && <RefusalList refusals={refusals} />}
        <fieldset class="reasons">
          <legend>Why?</legend>
          {Object.entries(REASONS).map(([code, text]) => (
            <label key={code}>
              <input
                type="radio"
                name="reason"
                required
                checked={reason === code}
                onChange={() => setReason(code)}
              />
              {text}
            </label>
          ))}
        </fieldset>
        <label class="field">
          Anything to add? <span class="hint">Sealed: only you and staff can read it.</span>
          <textarea
            rows={3}
            maxLength={2000}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
        </label>
        <p class="choices">
          <button type="button" onClick={onClose}>
            Stay enrolled
          </button>
          <button type="submit" class="danger" disabled={!!acts.busy(section.id)}>
            {tooLate ? 'Withdraw; it stays on my record' : 'Cancel enrollment'}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
