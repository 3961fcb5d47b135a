/** Name, term, the state of the connection, and who is asking. */
import { useState } from 'preact/hooks';
import type { LinkState } from '../shared/socket';
import { roleName } from '../shared/token';
import { TokenDialog } from './token-dialog';
import type { Term } from './types';
import type { Session } from './use-session';
import type { Me } from './use-student';

interface Props {
  session: Session;
  me: Me;
  terms: Term[];
  term: string | null;
  onTerm(term: string | null): void;
}

const LINK: Record<LinkState, string> = {
  idle: 'Not connected',
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Connection lost, trying again',
  refused: 'Token refused',
};

export function Masthead({ session, me, terms, term, onTerm }: Props) {
  const [asking, setAsking] = useState(false);
  const name = me.student?.name?.text ?? me.student?.number ?? session.claims?.subject;
  const refused = session.link === 'refused' || (session.token !== null && me.trouble !== null);

  return (
    <header class="masthead">
      <h1>Rollbook</h1>
      {terms.length > 0 && (
        <label class="term">
          <span class="unseen">Term</span>
          <select value={term ?? ''} onChange={(event) => onTerm(event.currentTarget.value || null)}>
            <option value="">All terms</option>
            {terms.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class={`link ${session.link}`} role="status">
        {LINK[session.link]}
      </p>
      <button type="button" class="me" onClick={() => setAsking(true)}>
        <span class="me-role">{session.claims ? roleName(session.claims.role) : 'Anonymous'}</span>
        <span class="me-name">{session.claims ? name : 'Use a token'}</span>
      </button>
      <nav aria-label="Page">
        {/* On a narrow screen the panels are far below each other. */}
        {me.student && (
          <a class="jump" href="#schedule">
            Schedule
          </a>
        )}
        <a class="jump" href="#facts">
          Facts
        </a>
        <a href="/playground">Playground</a>
      </nav>
      {refused && (
        <p class="banner" role="alert">
          {me.trouble ?? 'The service does not accept this token; perhaps it has expired.'}{' '}
          <button type="button" onClick={() => setAsking(true)}>
            Use another
          </button>{' '}
          <button type="button" onClick={() => session.use(null)}>
            Go on without
          </button>
        </p>
      )}
      {asking && <TokenDialog session={session} onClose={() => setAsking(false)} />}
    </header>
  );
}
