/** Where another token is pasted, or this one forgotten. */
import { useState } from 'preact/hooks';
import { tokenIn } from '../shared/token';
import { Dialog } from './dialog';
import type { Session } from './use-session';

export function TokenDialog({ session, onClose }: { session: Session; onClose(): void }) {
  const [text, setText] = useState('');
  const [unreadable, setUnreadable] = useState(false);

  const submit = (event: Event) => {
    event.preventDefault();
    const token = tokenIn(text);
    setUnreadable(!token);
    if (!token) return;
    session.use(token);
    onClose();
  };

  return (
    <Dialog title="Who are you?" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          Anybody may read the catalog. To enroll, paste a token, or a link that has one.
          In development the service prints some when it starts, and <code>rollbook token</code> makes more.
        </p>
        <label class="field">
          Token
          <textarea
            rows={4}
            autofocus
            spellcheck={false}
            value={text}
            aria-invalid={unreadable}
            aria-describedby={unreadable ? 'no-token' : undefined}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {unreadable && (
          <p id="no-token" class="wrong" role="alert">
            That is no token. It has three parts with dots between them.
          </p>
        )}
        <p class="choices">
          {session.token && (
            <button type="button" class="quiet" onClick={() => (session.use(null), onClose())}>
              Forget mine
            </button>
          )}
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" class="primary">
            Use it
          </button>
        </p>
      </form>
    </Dialog>
  );
}
