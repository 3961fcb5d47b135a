/** Where a student stands with a section, and what stands between them and a seat there. */
import type { Meeting, Seats, Section, Student, WaitlistEntry } from './types';

export interface Place {
  enrolled: boolean;
  inCart: boolean;
  /** Waiting, or with a seat offered. */
  entry: WaitlistEntry | undefined;
  /** May go past a list that is full of others. */
  permitted: boolean;
}

/** What a refusal says when there is no seat, whatever else is wrong. */
export const NO_SEAT = new Set(['SECTION_FULL', 'RESERVED_SEATS_ONLY', 'WAITLIST_HAS_PRIORITY']);

export function placeIn(student: Student, section: string): Place {
  return {
    enrolled: enrolledIn(student).some((each) => each.id === section),
    inCart: student.cart.some((item) => item.section.id === section),
    entry: student.waitlistEntries.find((each) => each.section?.id === section),
    permitted: student.permits.some((each) => each.section?.id === section && NO_SEAT.has(each.rule)),
  };
}

export function enrolledIn(student: Student): Section[] {
  return student.enrollments.filter((each) => each.status === 'ENROLLED').map((each) => each.section);
}

/** Whether one more may wait; who is offered a seat keeps their place until they answer. */
export function listOpen({ waitlistCapacity, waitlisted, offered }: Seats): boolean {
  return waitlisted + offered < waitlistCapacity;
}

/** The sections one cannot have beside the wanted one: of the same course, or at the same time. */
export function inTheWay(wanted: Section, mine: Section[]): Section[] {
  return mine.filter(
    (each) =>
      each.id !== wanted.id &&
      each.term.code === wanted.term.code &&
      (each.course.code === wanted.course.code || overlap(each.meetings, wanted.meetings)),
  );
}

// Times are HH:MM, and so in the order of their letters; one may begin as another ends.
function overlap(some: Meeting[], others: Meeting[]): boolean {
  return some.some((one) =>
    others.some(
      (other) =>
        one.days.some((day) => other.days.includes(day)) &&
        one.startsAt < other.endsAt &&
        other.startsAt < one.endsAt,
    ),
  );
}
