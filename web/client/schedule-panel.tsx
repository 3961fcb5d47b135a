/** The viewer's own sections, as a list and as a week, and what they wait for. */
import { enrolledIn } from './place';
import type { Leaving } from './seat-button';
import { SectionTitle } from './section-title';
import type { Student } from './types';
import type { Acts } from './use-acts';
import type { Session } from './use-session';
import { WaitingList } from './waiting-list';
import { Week } from './week';
import { sectionName } from './words';

interface Props {
  session: Session;
  student: Student;
  acts: Acts;
  onLeave(leaving: Leaving): void;
}

export function SchedulePanel({ session, student, acts, onLeave }: Props) {
  const sections = enrolledIn(student);
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
            <SectionTitle section={section} />
            <button
              type="button"
              class="quiet"
              aria-label={`Cancel ${sectionName(section)}`}
              disabled={!!acts.busy(section.id)}
              onClick={() => onLeave({ section })}
            >
              Cancel…
            </button>
          </li>
        ))}
      </ul>
      <WaitingList session={session} student={student} acts={acts} onLeave={onLeave} />
    </section>
  );
}
