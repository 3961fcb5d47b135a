/** What others and the service did about the viewer, as a list and, at that moment, as a card. */
import type { News } from './types';
import type { NewsFeed } from './use-news';
import { momentText, newsText } from './words';

export function NewsPanel({ feed: { news, trouble } }: { feed: NewsFeed }) {
  if (news.length === 0 && !trouble) return null;
  return (
    <section id="news" class="panel" aria-labelledby="news-heading">
      <h2 id="news-heading">News</h2>
      {trouble && <p class="wrong">{trouble}</p>}
      <ol class="ticker" aria-labelledby="news-heading" tabIndex={0}>
        {news.map((item) => (
          <li key={item.position}>
            <p>{newsText(item)}</p>
            <p class="hint">
              <time dateTime={item.at}>{momentText(item.at)}</time>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Stays until put away: it tells what the viewer did not do, and may not be looking at. */
export function NewsCard({ item, onDismiss }: { item: News; onDismiss(): void }) {
  return (
    <section class={`notice ${item.kind === 'PROMOTED' ? 'done' : 'news'}`}>
      <h2>{newsText(item)}</h2>
      {item.kind === 'SEAT_OFFERED' && item.expiresAt && (
        <p>
          <a href="#offers">Accept or decline</a> before {momentText(item.expiresAt)}.
        </p>
      )}
      <button type="button" class="close" aria-label="Dismiss" onClick={onDismiss}>
        ×
      </button>
    </section>
  );
}
