import type { LocalQueues } from '../emulators/queues.ts';
import { type LetterLine, readLetter } from './letter-line.ts';

/** The letters of a run: on the queue, and taken off it since by whoever looks after them. */
interface LetterLog {
  present(): readonly LetterLine[];
  taken(): readonly LetterLine[];
  /** How many the queue has accepted, with those that were there at the start. */
  accepted(): number;
}

/** Of those taken since; more are counted, not described. */
const MAX_REMEMBERED = 50_000;

/**
 * Sees each letter when the queue accepts it, and never receives one: somebody who reads or takes letters while a run goes on
 * must not make them look lost.
 */
function createLetterLog(queues: Pick<LocalQueues, 'letters' | 'onLetter'>): LetterLog {
  const lines = new Map<string, LetterLine>();
  let accepted = 0;
  const remember = (messageId: string, body: string): void => {
    accepted += 1;
    lines.set(messageId, readLetter(messageId, body));
    const [oldest] = lines.keys();
    if (lines.size > MAX_REMEMBERED && oldest !== undefined) lines.delete(oldest);
  };
  for (const { messageId, body } of queues.letters()) remember(messageId, body);
  queues.onLetter(({ messageId, body }) => remember(messageId, body));

  return {
    present: () => queues.letters().map(({ messageId, body }) => lines.get(messageId) ?? readLetter(messageId, body)),
    taken() {
      const present = new Set(queues.letters().map(({ messageId }) => messageId));
      return [...lines.values()].filter(({ messageId }) => !present.has(messageId));
    },
    accepted: () => accepted,
  };
}

export type { LetterLog };
export { createLetterLog };
