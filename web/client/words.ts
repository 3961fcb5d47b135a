/** The domain's codes as people read them. */
import type { Course, Meeting, Named, News, WaitlistEntry } from './types';

export const REASONS: Record<string, string> = {
  SCHEDULE_CONFLICT: 'It clashes with something else',
  COURSE_NOT_SUITABLE: 'The course does not suit me',
  WORKLOAD: 'Too much work this term',
  CHANGED_PROGRAM: 'I changed my program',
  HEALTH: 'Health',
  FINANCIAL: 'Money',
  EMPLOYMENT: 'My job',
  PERSONAL: 'Personal',
  DISSATISFIED: 'I am not satisfied with the course',
  OTHER: 'Something else',
};

const NEWS: Record<string, string> = {
  ENROLLED: 'The school enrolled you in',
  PROMOTED: 'You got a seat in',
  SEAT_OFFERED: 'A seat is held for you in',
  OFFER_EXPIRED: 'You lost the seat that was offered in',
  REMOVED_FROM_WAITLIST: 'You are no longer waiting for',
  SECTION_CANCELED: 'The school canceled',
  SWAPPED_OUT: 'You gave up in a swap',
  ENROLLMENT_ENDED: 'The school ended your enrollment in',
  HOLD_PLACED: 'A hold was placed on your registration',
  HOLD_LIFTED: 'A hold on your registration was lifted',
  PERMIT_GRANTED: 'You were given a permit for',
};

const DAYS: Record<string, string> = {
  MONDAY: 'Mon',
  TUESDAY: 'Tue',
  WEDNESDAY: 'Wed',
  THURSDAY: 'Thu',
  FRIDAY: 'Fri',
  SATURDAY: 'Sat',
  SUNDAY: 'Sun',
};

export const WEEKDAYS = Object.keys(DAYS);

export function dayName(day: string): string {
  return DAYS[day] ?? day;
}

/** `10:00:00` and `10:00` alike as `10:00`. */
export function clock(time: string): string {
  return time.slice(0, 5);
}

export function meetingText({ days, startsAt, endsAt }: Meeting): string {
  return `${days.map(dayName).join(' ')} ${clock(startsAt)}–${clock(endsAt)}`;
}

export function credits({ credits }: Course): string {
  return `${credits} ${credits === 1 ? 'credit' : 'credits'}`;
}

/** A section as one would say it aloud. */
export function sectionName({ course, code }: Named): string {
  return `${course.title}, section ${code}`;
}

/** `StudentEnrolled` as `Student enrolled`. */
export function factName(type: string): string {
  const words = type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A notification as a sentence without its full stop. */
export function newsText({ kind, section }: News): string {
  const about = section ? ` ${sectionName(section)}` : '';
  return `${NEWS[kind] ?? factName(kind.toLowerCase().replaceAll('_', ' '))}${about}`;
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** `3rd of 7`; two streams tell the two numbers, so one may be a moment ahead of the other. */
export function rankText({ rank }: WaitlistEntry, waitlisted: number): string {
  if (rank === null) return 'Offered to you';
  return `${rank}${ENDINGS[ORDINALS.select(rank)] ?? 'th'} of ${Math.max(rank, waitlisted)}`;
}

/** A moment on the reader's own clock: `Tue, Nov 24, 14:05`. */
export function momentText(at: string): string {
  return new Date(at).toLocaleString(undefined, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** `2 days`, `23 h 59 min`, `4 min 05 s`: finer as it gets less. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours >= 1) return `${hours} h ${minutes % 60} min`;
  return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
}
