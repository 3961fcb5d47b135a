/** How many seats are free, as a number, words and a bar that move when it changes. */
import { listOpen } from './place';
import type { Seats } from './types';

const STATUS: Partial<Record<Seats['status'], string>> = {
  PLANNED: 'Not open yet',
  CLOSED: 'Closed',
  CANCELED: 'Canceled',
};

export function SeatCount({ seats }: { seats: Seats }) {
  const { capacity, enrolled, seatsAvailable: free } = seats;
  return (
    <div class={`seats ${mood(seats)}`}>
      <p class="free">
        {/* A new key makes a new element, and so starts the animation. */}
        <strong key={free ?? enrolled}>{capacity === null ? '∞' : free}</strong>
        <span>{capacity === null ? `${enrolled} enrolled` : `of ${capacity} free`}</span>
      </p>
      <p class="bar" aria-hidden="true">
        <span style={{ width: `${share(seats)}%` }} />
      </p>
      <p class="aside">{STATUS[seats.status] ?? queue(seats)}</p>
    </div>
  );
}

/** Who waits, and whether one more can. */
function queue(seats: Seats): string {
  const { seatsAvailable: free, waitlisted, waitlistCapacity } = seats;
  if (free !== 0) return waitlisted > 0 ? `${waitlisted} waiting` : '';
  if (waitlistCapacity === 0) return 'Full';
  if (!listOpen(seats)) return 'Waitlist full';
  return waitlisted > 0 ? `${waitlisted} of ${waitlistCapacity} waiting` : 'Waitlist open';
}

// A seat that is offered is as little to be had as one that is taken.
function share({ capacity, enrolled, offered }: Seats): number {
  if (capacity === null) return 0;
  return capacity === 0 ? 100 : Math.min(100, ((enrolled + offered) / capacity) * 100);
}

function mood({ capacity, seatsAvailable, status }: Seats): string {
  if (status !== 'OPEN') return 'shut';
  if (capacity === null || seatsAvailable === null) return 'roomy';
  if (seatsAvailable === 0) return 'full';
  return seatsAvailable <= Math.max(2, capacity * 0.1) ? 'few' : 'roomy';
}
