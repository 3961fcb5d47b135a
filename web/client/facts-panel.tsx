/** What just happened, newest first; it can be held still for reading. */
import { useState } from 'preact/hooks';
import type { Fact } from './types';
import type { Facts } from './use-facts';
import type { Me } from './use-student';
import { factName } from './words';

export function FactsPanel({ facts: { facts, trouble }, me }: { facts: Facts; me: Me }) {
  const [held, setHeld] = useState<Fact[] | null>(null);
  const shown = held ?? facts;
  const missed = held ? facts.findIndex((fact) => fact.position === held[0]?.position) : 0;

  return (
    <section id="facts" class="panel" aria-labelledby="facts-heading">
      <h2 id="facts-heading">
        {me.student ? 'My facts' : 'Facts'}
        {facts.length > 0 && (
          <button type="button" class="quiet" aria-pressed={held !== null} onClick={() => setHeld(held ? null : facts)}>
            {held ? `Go on${missed > 0 ? ` (${missed} new)` : ''}` : 'Hold still'}
          </button>
        )}
      </h2>
      {trouble && <p class="wrong">{trouble}</p>}
      {shown.length === 0 && !trouble && <p class="empty">{nothing(me)}</p>}
      <div class="ticker" role="log" aria-live="off" aria-labelledby="facts-heading" tabIndex={0}>
        <ol>
          {shown.map((fact) => (
            <li key={fact.position}>
              <p>{fact.summary}</p>
              <p class="hint">
                <time dateTime={fact.at}>{new Date(fact.at).toLocaleTimeString()}</time> · {factName(fact.type)}
              </p>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function nothing({ role }: Me): string {
  return role === 'ANONYMOUS'
    ? 'What happens here is told to students about themselves, and to staff. Use a token to see it.'
    : 'Nothing has happened yet. It will show here at that moment.';
}
