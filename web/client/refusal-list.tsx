/** Every broken rule as a sentence, with what would help. */
import type { Refusal } from './types';

export function RefusalList({ refusals }: { refusals: Refusal[] }) {
  return (
    <ul class="refusals">
      {refusals.map(({ code, message, remedy }) => (
        <li key={code + message}>
          {message} {remedy && <span class="remedy">{remedy}</span>}
        </li>
      ))}
    </ul>
  );
}
