/** What the client reads from the service, in the service's own words. */

export interface Course {
  code: string;
  title: string;
  credits: number;
}

export interface Meeting {
  days: string[];
  startsAt: string;
  endsAt: string;
  place: string | null;
}

export interface Seats {
  id: string;
  status: 'PLANNED' | 'OPEN' | 'CLOSED' | 'CANCELED';
  capacity: number | null;
  enrolled: number;
  seatsAvailable: number | null;
  /** Seats held for waiters until they answer; those keep their places on the list. */
  offered: number;
  waitlisted: number;
  waitlistCapacity: number;
  updatedAt: string;
}

/** Enough of a section to say which one it is. */
export interface Named {
  code: string;
  course: { title: string };
}

export interface Section extends Seats, Named {
  course: Course;
  term: { code: string };
  meetings: Meeting[];
  promotion: 'AUTO_ENROLL' | 'OFFER';
}

export interface Enrollment {
  id: string;
  status: string;
  section: Section;
}

/** A place on a waitlist; `rank` 1 is next, null while a seat is offered. */
export interface WaitlistEntry {
  id: string;
  status: 'WAITLISTED' | 'OFFERED';
  rank: number | null;
  offerExpiresAt: string | null;
  section: Section | null;
  drops: Named | null;
}

/** What concerns the viewer and was done by others or by the service. */
export interface News {
  position: string;
  kind: string;
  at: string;
  expiresAt: string | null;
  section: (Named & { id: string }) | null;
}

export interface Student {
  id: string;
  number: string | null;
  name: { text: string | null } | null;
  enrollments: Enrollment[];
  cart: { section: Section }[];
  waitlistEntries: WaitlistEntry[];
  permits: { rule: string; section: { id: string } | null }[];
}

export interface Viewer {
  role: string;
  student: Student | null;
}

export interface Term {
  code: string;
  name: string;
}

export interface Fact {
  position: string;
  type: string;
  at: string;
  summary: string;
}

export interface Refusal {
  code: string;
  message: string;
  remedy: string | null;
}

export interface Payload {
  refusals: Refusal[];
  facts?: { type: string }[];
  section: Seats | null;
}
