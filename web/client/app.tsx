/** The page as a whole: everything that is shared between its parts is held here. */
import { useState } from 'preact/hooks';
import { CancelDialog } from './cancel-dialog';
import { CatalogPanel } from './catalog-panel';
import { CartPanel } from './cart-panel';
import { FactsPanel } from './facts-panel';
import { GiveUpDialog } from './give-up-dialog';
import { Masthead } from './masthead';
import { NewsPanel } from './news-panel';
import { Notices } from './notices';
import { Offers } from './offers';
import { SchedulePanel } from './schedule-panel';
import type { Leaving } from './seat-button';
import { useActs } from './use-acts';
import { useCatalog, useTerms, type Wish } from './use-catalog';
import { useFacts } from './use-facts';
import { useNews } from './use-news';
import { useSession } from './use-session';
import { useMe } from './use-student';

export function App() {
  const [wish, setWish] = useState<Wish>({ term: null, search: '', onlyFree: false });
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  const session = useSession();
  const me = useMe(session);
  const terms = useTerms(session);
  const catalog = useCatalog(session, wish);
  const facts = useFacts(session, me);
  const feed = useNews(session, me);
  const acts = useActs(session.token, me.student?.id, catalog.merge);
  const stay = () => setLeaving(null);

  return (
    <>
      <Masthead
        session={session}
        me={me}
        terms={terms}
        term={wish.term}
        onTerm={(term) => setWish({ ...wish, term })}
      />
      {me.student && <Offers student={me.student} acts={acts} onLeave={setLeaving} />}
      <main class="desk">
        <CatalogPanel catalog={catalog} wish={wish} onWish={setWish} me={me} acts={acts} onLeave={setLeaving} />
        <div class="side">
          {me.student && <SchedulePanel session={session} student={me.student} acts={acts} onLeave={setLeaving} />}
          <NewsPanel feed={feed} />
          {me.student && <CartPanel session={session} student={me.student} acts={acts} onLeave={setLeaving} />}
          <FactsPanel facts={facts} me={me} />
        </div>
      </main>
      <Notices acts={acts} feed={feed} student={me.student} onLeave={setLeaving} />
      {leaving?.entry && <GiveUpDialog section={leaving.section} entry={leaving.entry} acts={acts} onClose={stay} />}
      {leaving && !leaving.entry && <CancelDialog section={leaving.section} acts={acts} onClose={stay} />}
    </>
  );
}
