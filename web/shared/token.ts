/** The bearer token of this tab: from `#token=` in the address, or remembered from last time. */

export interface Claims {
  role: string;
  subject: string | null;
  student: string | null;
  expiresAt: Date | null;
}

const KEY = 'rollbook.token';

/** Accepts what people paste: a bare token, a `Bearer` header, or a link with `#token=`. */
export function tokenIn(text: string): string | null {
  const linked = /#(?:.*&)?token=([^&\s]+)/.exec(text)?.[1];
  const bare = (linked ?? text).trim().replace(/^Bearer\s+/i, '');
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(bare) ? bare : null;
}

/** This tab's own token first, so that two tabs can be two people. */
export function currentToken(): string | null {
  const linked = tokenIn(location.hash);
  if (linked) {
    rememberToken(linked);
    // Out of the address bar, so that it is not copied or shown by accident.
    history.replaceState(null, '', location.pathname + location.search);
    return linked;
  }
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

export function rememberToken(token: string | null): void {
  for (const storage of [sessionStorage, localStorage]) {
    if (token) storage.setItem(KEY, token);
    else storage.removeItem(KEY);
  }
}

/** Calls back when a `#token=` link is opened in a tab that already shows the page. */
export function onTokenLink(listener: (token: string) => void): () => void {
  const changed = () => {
    if (tokenIn(location.hash)) listener(currentToken()!);
  };
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** What the token says about its bearer. Only for showing: the service alone checks it. */
export function claimsOf(token: string | null): Claims | null {
  const body = token?.split('.')[1];
  if (!body) return null;
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return {
      role: String(claims.role ?? 'unknown').toUpperCase(),
      subject: typeof claims.sub === 'string' ? claims.sub : null,
      student: typeof claims.student === 'string' ? claims.student : null,
      expiresAt: typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : null,
    };
  } catch {
    return null;
  }
}

/** `PRIVACY_OFFICER` as a person reads it. */
export function roleName(role: string): string {
  const words = role.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
