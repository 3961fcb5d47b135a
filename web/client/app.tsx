/** The page as a whole: everything that is shared between its parts is held here. */
import { useState } from 'preact/hooks';
import { CancelDialog } from './cancel-dialog';
import { CatalogPanel } from './catalog-panel';
import { CartPanel } from './cart-panel';
import { FactsPanel } from './facts-panel';
import { Masthead } from './masthead';
import { Notices } from './notices';
import { SchedulePanel } from './schedule-panel';
import type { Section } from './types';
import { useActs } from './use-acts';
import { useCatalog, useTerms, type Wish } from './use-catalog';
import { useFacts } from './use-facts';
import { useSession } from './use-session';
import { useMe } from './use-student';

export function App() {
  const [wish, setWish] = useState<Wish>({ term: null, search: '', onlyFree: false });
  const [leaving, setLeaving] = useState<Section | null>(null);
  const session = useSession();
  const me = useMe(session);
  const terms = useTerms(session);
  const catalog = useCatalog(session, wish);
  const facts = useFacts(session, me);
  const acts = useActs(session.token, me.student?.id, catalog.merge);

  return (
    <>
      <Masthead
        session={session}
        me={me}
        terms={terms}
        term={wish.term}
        onTerm={(term) => setWish({ ...wish, term })}
      />
      <main class="desk">
        <CatalogPanel catalog={catalog} wish={wish} onWish={setWish} me={me} acts={acts} onLeave={setLeaving} />
        <div class="side">
          {me.student && <SchedulePanel student={me.student} acts={acts} onLeave={setLeaving} />}
          {me.student && <CartPanel session={session} student={me.student} acts={acts} />}
          <FactsPanel facts={facts} me={me} />
        </div>
      </main>
      <Notices acts={acts} />
      {leaving && <CancelDialog section={leaving} acts={acts} onClose={() => setLeaving(null)} />}
    </>
  );
}
