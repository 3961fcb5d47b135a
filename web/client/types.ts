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
  waitlisted: number;
}

export interface Section extends Seats {
  code: string;
  course: Course;
  meetings: Meeting[];
}

export interface Enrollment {
  id: string;
  status: string;
  section: Section;
}

export interface Student {
  id: string;
  number: string | null;
  name: { text: string | null } | null;
  enrollments: Enrollment[];
  cart: { section: Section }[];
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
  position: string | null;
  refusals: Refusal[];
  section: Seats | null;
}
