/** A week with the meetings of some sections; a picture of what the list beside it says. */
import type { Section } from './types';
import { clock, dayName, WEEKDAYS } from './words';

const HUES = 6;

interface Block {
  key: string;
  label: string;
  title: string;
  hue: number;
  column: number;
  start: number;
  end: number;
}

export function Week({ sections }: { sections: Section[] }) {
  const held = new Set(sections.flatMap((section) => section.meetings.flatMap((meeting) => meeting.days)));
  if (held.size === 0) return null;
  const days = WEEKDAYS.filter((day, index) => index < 5 || held.has(day));
  const blocks = sections.flatMap((section, index) => blocksOf(section, index, days));
  const from = Math.floor(Math.min(9 * 60, ...blocks.map((block) => block.start)) / 60);
  const to = Math.ceil(Math.max(16 * 60, ...blocks.map((block) => block.end)) / 60);
  const hours = Array.from({ length: to - from }, (_, index) => from + index);
  const share = (minutes: number) => `${(minutes / ((to - from) * 60)) * 100}%`;

  return (
    <div class="week" aria-hidden="true">
      <div class="hours">
        {hours.map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
      {days.map((day, column) => (
        <div class="day" key={day}>
          <p>{dayName(day)}</p>
          <div class="lane" style={{ backgroundSize: `100% ${100 / hours.length}%` }}>
            {blocks
              .filter((block) => block.column === column)
              .map((block) => (
                <span
                  key={block.key}
                  class={`block hue-${block.hue}`}
                  title={block.title}
                  style={{ top: share(block.start - from * 60), height: share(block.end - block.start) }}
                >
                  {block.label}
                </span>
              ))}
          </div>
        </div>
      ))}
    </div>
  );
}

function blocksOf(section: Section, index: number, days: string[]): Block[] {
  return section.meetings.flatMap((meeting) =>
    meeting.days.map((day) => ({
      key: `${section.id} ${day} ${meeting.startsAt}`,
      label: section.course.code,
      title: `${section.course.title} ${clock(meeting.startsAt)}–${clock(meeting.endsAt)} ${meeting.place ?? ''}`,
      hue: index % HUES,
      column: days.indexOf(day),
      start: minutes(meeting.startsAt),
      end: minutes(meeting.endsAt),
    })),
  );
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(':').map(Number);
  return hours * 60 + rest;
}
