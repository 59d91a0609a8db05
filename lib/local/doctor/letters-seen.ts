import { factsOf } from '../../dead-letter/triage/queued-letter.ts';
import { holdTargetLetters } from '../dead-letters/read-matching.ts';
import { countQueue } from '../queue-counts.ts';
import type { RelayTarget } from '../target/target.ts';
import type { DeniedLetters } from './check-permissions.ts';

interface LettersSeen {
  readonly operations: ReadonlySet<string>;
  readonly denied: DeniedLetters;
}

/** These are enough to know which operations there are. */
const MOST_LETTERS = 2_000;
const HOLD_SECONDS = 30;

/** Looks at dead letters for what Marketo denied; shows them to others again at once. */
async function readLetters(target: RelayTarget, stop: AbortSignal): Promise<LettersSeen> {
  const operations = new Set<string>();
  const denied = new Map<string, { count: number; newestMs: number }>();
  if ((await countQueue(target.clients.sqs, target.deadLetterQueueUrl)).visible === 0) return { operations, denied };
  const hold = holdTargetLetters(target, HOLD_SECONDS, MOST_LETTERS);
  try {
    await hold.readAll((letter) => {
      const { code, operation, deadAtMs } = factsOf(letter);
      if (operation === undefined) return;
      operations.add(operation);
      if (code !== '603') return;
      const { count = 0, newestMs = 0 } = denied.get(operation) ?? {};
      denied.set(operation, { count: count + 1, newestMs: Math.max(newestMs, deadAtMs) });
    }, stop);
  } finally {
    await hold.release();
  }
  return { operations, denied };
}

export { readLetters };
