/** A section in a list beside the catalog: its title, and below which one and when. */
import type { Section } from './types';
import { meetingText } from './words';

export function SectionTitle({ section }: { section: Section }) {
  const { course, code, meetings } = section;
  return (
    <p class="section-title">
      <strong>{course.title}</strong>
      <span class="hint">{[course.code, code, ...meetings.map(meetingText)].join(' · ')}</span>
    </p>
  );
}
