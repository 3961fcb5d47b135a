/** What the user does: sent, repeated when the reply was lost, and told how it went. */
import { useCallback, useState } from 'preact/hooks';
import { ApiError } from './api';
import { newAct, perform, type Act } from './command';
import type { CommandName } from './documents';
import type { Refusal, Seats, Section } from './types';

const KEPT = 3;

export type Busy = 'sending' | 'again';

export interface Notice {
  id: string;
  act: Act;
  section: Section;
  kind: 'done' | 'refused' | 'failed';
  refusals: Refusal[];
  trouble?: ApiError;
}

export interface Acts {
  notices: Notice[];
  busy(section: string): Busy | undefined;
  begin(name: CommandName, section: Section, more?: { reason: string; comment: string }): Promise<Notice['kind']>;
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
      const tell = (kind: Notice['kind'], refusals: Refusal[], trouble?: ApiError) => {
        const notice = { id: act.commandId, act, section, kind, refusals, trouble };
        // One notice a section: an older one is about something the user has moved on from.
        setNotices((old) => [notice, ...old.filter((each) => each.section.id !== section.id)].slice(0, KEPT));
        return kind;
      };
      mark('sending');
      try {
        const payload = await perform(act, token!, () => mark('again'));
        if (payload.section) merge([payload.section]);
        return tell(payload.refusals.length ? 'refused' : 'done', payload.refusals);
      } catch (failure) {
        return tell('failed', [], failure instanceof ApiError ? failure : new ApiError(String(failure), 'INTERNAL'));
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
      return send(newAct(name, { student: student!, section: section.id, ...why }), section);
    },
    resend: (notice) => void send(notice.act, notice.section),
    dismiss: (id) => setNotices((old) => old.filter((each) => each.id !== id)),
  };
}
