/** The domain's codes as people read them. */
import type { Course, Meeting, Section } from './types';

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
export function sectionName({ course, code }: Section): string {
  return `${course.title}, section ${code}`;
}

/** `StudentEnrolled` as `Student enrolled`. */
export function factName(type: string): string {
  const words = type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
