/** The viewer's own sections, as a list and as a week. */
import type { Section, Student } from './types';
import type { Acts } from './use-acts';
import { Week } from './week';
import { meetingText, sectionName } from './words';

interface Props {
  student: Student;
  acts: Acts;
  onLeave(section: Section): void;
}

export function SchedulePanel({ student, acts, onLeave }: Props) {
  const sections = student.enrollments.filter((each) => each.status === 'ENROLLED').map((each) => each.section);
  const sum = sections.reduce((total, { course }) => total + course.credits, 0);

  return (
    <section id="schedule" class="panel" aria-labelledby="schedule-heading">
      <h2 id="schedule-heading">
        My schedule {sections.length > 0 && <span class="sum">{sum} credits</span>}
      </h2>
      {sections.length === 0 && <p class="empty">You are not enrolled in anything yet.</p>}
      {sections.length > 0 && <Week sections={sections} />}
      <ul class="list">
        {sections.map((section) => (
          <li key={section.id}>
            <p>
              <strong>{section.course.title}</strong>
              <span class="hint">
                {[section.course.code, section.code, ...section.meetings.map(meetingText)].join(' · ')}
              </span>
            </p>
            <button
              type="button"
              class="quiet"
              aria-label={`Cancel ${sectionName(section)}`}
              disabled={!!acts.busy(section.id)}
              onClick={() => onLeave(section)}
            >
              Cancel…
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
