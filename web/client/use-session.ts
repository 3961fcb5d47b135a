/** Who is asking, and the one socket all streams of the page share. */
import type { Client } from 'graphql-ws';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { openSocket, type LinkState } from '../shared/socket';
import { claimsOf, currentToken, onTokenLink, rememberToken, type Claims } from '../shared/token';

export interface Session {
  token: string | null;
  claims: Claims | null;
  socket: Client;
  link: LinkState;
  use(token: string | null): void;
}

export function useSession(): Session {
  const [token, setToken] = useState(currentToken);
  const [link, setLink] = useState<LinkState>('idle');

  const socket = useMemo(() => openSocket(token, setLink), [token]);
  useEffect(() => {
    setLink('idle');
    return () => void socket.dispose();
  }, [socket]);
  useEffect(() => onTokenLink(setToken), []);

  const use = useCallback((next: string | null) => {
    rememberToken(next);
    setToken(next);
  }, []);
  return { token, claims: useMemo(() => claimsOf(token), [token]), socket, link, use };
}
