/** How many seats are free, as a number, words and a bar that move when it changes. */
import type { Seats } from './types';

const STATUS: Partial<Record<Seats['status'], string>> = {
  PLANNED: 'Not open yet',
  CLOSED: 'Closed',
  CANCELED: 'Canceled',
};

export function SeatCount({ seats }: { seats: Seats }) {
  const { capacity, enrolled, seatsAvailable: free, waitlisted, status } = seats;
  const notOpen = STATUS[status];
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
      <p class="aside">{notOpen ?? (waitlisted > 0 ? `${waitlisted} waiting` : free === 0 ? 'Full' : '')}</p>
    </div>
  );
}

function share({ capacity, enrolled }: Seats): number {
  if (capacity === null) return 0;
  return capacity === 0 ? 100 : Math.min(100, (enrolled / capacity) * 100);
}

function mood({ capacity, seatsAvailable, status }: Seats): string {
  if (status !== 'OPEN') return 'shut';
  if (capacity === null || seatsAvailable === null) return 'roomy';
  if (seatsAvailable === 0) return 'full';
  return seatsAvailable <= Math.max(2, capacity * 0.1) ? 'few' : 'roomy';
}
