/** @jsxImportSource react */
/** Who is asking, as the token says, and the place to paste another one. */
import { useState, type FormEvent } from 'react';
import { claimsOf, roleName, tokenIn } from '../shared/token';

interface Props {
  token: string | null;
  /** Their own name, where the service told it. */
  name?: string;
  onToken: (token: string | null) => void;
}

export function WhoBar({ token, name, onToken }: Props) {
  const [pasted, setPasted] = useState('');
  const [unreadable, setUnreadable] = useState(false);
  const claims = claimsOf(token);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = tokenIn(pasted);
    setUnreadable(!found);
    if (!found) return;
    setPasted('');
    onToken(found);
  };

  return (
    <header className="who">
      <a className="who-name" href="/">
        Rollbook
      </a>
      <span className={claims ? 'role' : 'role anonymous'}>{claims ? roleName(claims.role) : 'Anonymous'}</span>
      {claims && <span className="subject">{name ?? claims.subject}</span>}
      <span className="expiry">{claims ? expiry(claims.expiresAt) : 'the catalog only, until you paste a token'}</span>
      <form onSubmit={submit}>
        <label htmlFor="token">{unreadable ? 'That is no token' : 'Token'}</label>
        <input
          id="token"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
          placeholder="paste another"
          aria-invalid={unreadable}
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit">Use</button>
        {token && (
          <button type="button" onClick={() => onToken(null)}>
            Forget
          </button>
        )}
      </form>
    </header>
  );
}

function expiry(at: Date | null): string {
  if (!at) return '';
  if (at.getTime() < Date.now()) return 'expired: paste a new one';
  return `until ${at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`;
}
