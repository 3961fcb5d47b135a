/** What the user does: sent, repeated when the reply was lost, and told how it went. */
import { useCallback, useState } from 'preact/hooks';
import { ApiError } from './api';
import { newAct, perform, type Act } from './command';
import type { SeatCommand } from './documents';
import type { Payload, Refusal, Seats, Section } from './types';

const KEPT = 3;

export type Busy = 'sending' | 'again';

export interface Notice {
  id: string;
  act: Act;
  section: Section;
  kind: 'done' | 'refused' | 'failed';
  refusals: Refusal[];
  /** No seat yet, but a place on the list. */
  waiting?: boolean;
  trouble?: ApiError;
}

export interface Acts {
  notices: Notice[];
  busy(section: string): Busy | undefined;
  begin(name: SeatCommand, section: Section, more?: { reason: string; comment: string }): Promise<Notice['kind']>;
  /** One for the other; with `wait` the one is kept until there is a seat in the other. */
  swap(from: Section, to: Section, wait: boolean): void;
  /** The same act once more, under the same command id. */
  resend(notice: Notice): void;
  dismiss(id: string): void;
}

export function useActs(token: string | null, student: string | undefined, merge: (seats: Seats[]) => void): Acts {
  const [notices, setNotices] = useState<Notice[]>([]);
  const [sending, setSending] = useState<Record<string, Busy | undefined>>({});

  const send = useCallback(
    async (act: Act, section: Section): Promise<Notice['kind']> => {
      const mark = (busy?: Busy) => setSending((old) => ({ ...old, [section.id]: busy }));
      const tell = (notice: Omit<Notice, 'id' | 'act'>) => {
        // One notice a section: an older one is about something the user has moved on from.
        const others = (old: Notice[]) => old.filter((each) => each.section.id !== section.id);
        setNotices((old) => [{ id: act.commandId, act, ...notice }, ...others(old)].slice(0, KEPT));
        return notice.kind;
      };
      mark('sending');
      try {
        const payload = await perform(act, token!, () => mark('again'));
        if (payload.section) merge([payload.section]);
        return tell(outcome(payload, section));
      } catch (failure) {
        const trouble = failure instanceof ApiError ? failure : new ApiError(String(failure), 'INTERNAL');
        return tell({ kind: 'failed', section, refusals: [], trouble });
      } finally {
        mark();
      }
    },
    [token, merge],
  );

  return {
    notices,
    busy: (section) => sending[section],
    begin: (name, section, more) => {
      const comment = more?.comment.trim();
      const why = more && { reason: more.reason, ...(comment && { comment }) };
      return send(newAct(name, { student, section: section.id, ...why }), section);
    },
    swap: (from, to, waitlistIfFull) =>
      void send(newAct('SwapEnrollment', { student, from: from.id, to: to.id, waitlistIfFull }), to),
    resend: (notice) => void send(notice.act, notice.section),
    dismiss: (id) => setNotices((old) => old.filter((each) => each.id !== id)),
  };
}

function outcome({ refusals, facts, section: seats }: Payload, section: Section): Omit<Notice, 'id' | 'act'> {
  return {
    kind: refusals.length ? 'refused' : 'done',
    // With the counts of this answer: what one can do next depends on them.
    section: { ...section, ...seats },
    refusals,
    waiting: facts?.some((fact) => fact.type === 'StudentWaitlisted'),
  };
}
