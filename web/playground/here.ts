/** What exists on this service for this token: who is asking, and ids for the starters. */
import { httpUrl } from '../shared/socket';

export interface Here {
  name?: string;
  section?: string;
  student?: string;
  /** A section without a free seat, the one most wait for. */
  full?: string;
  /** A section the student has a seat in. */
  own?: string;
  /** A section with a seat that is held for the student. */
  offered?: string;
}

interface Node {
  id: string;
  waitlisted?: number;
}

interface Edges {
  edges: { node: Node }[];
}

interface Me {
  id: string;
  number?: string;
  name?: { text?: string };
  enrollments: { section: Node }[];
  waitlistEntries: { status: string; section: Node }[];
}

interface Found {
  viewer?: { student?: Me };
  free?: Edges;
  full?: Edges;
  students?: Edges;
}

const ANYBODY = `query Here {
  viewer { student {
    id number name { text }
    enrollments(status: [ENROLLED]) { section { id } }
    waitlistEntries { status section { id } }
  } }
  free: sections(first: 1, seatsAvailable: true) { edges { node { id } } }
  full: sections(first: 50, seatsAvailable: false) { edges { node { id waitlisted } } }
}`;

const STAFF = 'query Somebody { students(first: 1) { edges { node { id } } } }';

/** Sections to try things on and a student to act for, as far as this token may know any. */
export async function lookAround(token: string | null): Promise<Here> {
  const { viewer, free, full } = await ask(ANYBODY, token);
  const me = viewer?.student;
  const waits = me?.waitlistEntries ?? [];
  const here = {
    section: free?.edges[0]?.node.id,
    full: longest(full, waits.map(({ section }) => section.id)),
    own: me?.enrollments[0]?.section.id,
    offered: waits.find(({ status }) => status === 'OFFERED')?.section.id,
  };
  if (me || !token) return { ...here, student: me?.id, name: me?.name?.text ?? me?.number };
  const { students } = await ask(STAFF, token);
  return { ...here, student: students?.edges[0]?.node.id };
}

/** The section with the longest waitlist, of those one is not on already. */
function longest(full: Edges | undefined, on: string[]): string | undefined {
  const others = full?.edges.map(({ node }) => node).filter(({ id }) => !on.includes(id)) ?? [];
  return others.sort((a, b) => (b.waitlisted ?? 0) - (a.waitlisted ?? 0))[0]?.id;
}

// Whatever is refused or late is left out: the starters then say what to put in its place.
async function ask(query: string, token: string | null): Promise<Found> {
  try {
    const answer = await fetch(httpUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(1_500),
    });
    return ((await answer.json()) as { data?: Found | null }).data ?? {};
  } catch {
    return {};
  }
}
