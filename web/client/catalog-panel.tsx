/** The sections on offer, found by words and by free seats. */
import { useEffect, useState } from 'preact/hooks';
import { placeIn } from './place';
import type { Leaving } from './seat-button';
import { SectionRow } from './section-row';
import type { Acts } from './use-acts';
import type { Catalog, Wish } from './use-catalog';
import type { Me } from './use-student';

const TYPING_MS = 250;

interface Props {
  catalog: Catalog;
  wish: Wish;
  onWish(wish: Wish): void;
  me: Me;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function CatalogPanel({ catalog, wish, onWish, me, acts, onLeave }: Props) {
  const [search, setSearch] = useState(wish.search);

  useEffect(() => {
    if (search.trim() === wish.search) return;
    const timer = setTimeout(() => onWish({ ...wish, search: search.trim() }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [search, wish]);

  const { sections, loading, more, trouble } = catalog;

  return (
    <section id="sections" class={me.student ? 'catalog' : 'catalog reading'} aria-labelledby="sections-heading">
      <div class="tools" role="search">
        <h2 id="sections-heading">Sections</h2>
        <input
          type="search"
          aria-label="Search courses"
          placeholder="Search by course or title"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={wish.onlyFree}
            onChange={(event) => onWish({ ...wish, onlyFree: event.currentTarget.checked })}
          />
          Seats free
        </label>
      </div>
      <ul class="rows" aria-busy={loading}>
        {sections.map((section) => (
          <SectionRow
            key={section.id}
            section={section}
            place={me.student && placeIn(me.student, section.id)}
            acts={acts}
            onLeave={onLeave}
          />
        ))}
      </ul>
      <p class="end" role="status">
        {trouble ?? (loading ? 'Reading the catalog…' : sections.length === 0 ? nothing(wish) : '')}
      </p>
      {(more || trouble) && (
        <button type="button" class="more" disabled={loading} onClick={catalog.loadMore}>
          {trouble ? 'Try again' : 'Show more'}
        </button>
      )}
    </section>
  );
}

function nothing({ search, onlyFree }: Wish): string {
  if (search) return `No section matches “${search}”${onlyFree ? ' with seats free' : ''}.`;
  return onlyFree ? 'No section has a free seat.' : 'No sections are on offer.';
}
