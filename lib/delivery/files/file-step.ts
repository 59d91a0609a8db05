import type { FileProgress } from '../../message/relay-state.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { DeadOutcome, RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/**
 * What one step of an import came to.
 *
 * - `goesOn`: the message goes back to the queue and remembers `progress`. `hasSucceeded`: it gets a fresh budget.
 * - `done`: all of the file is imported, with or without failed rows.
 * - `dead`: the import ends here.
 */
type FileStep =
  | {
      readonly kind: 'goesOn';
      readonly outcome: RequeueOutcome;
      readonly progress: FileProgress | undefined;
      readonly hasSucceeded?: true;
    }
  | { readonly kind: 'done'; readonly progress: FileProgress }
  | {
      readonly kind: 'dead';
      readonly outcome: DeadOutcome;
      readonly progress: FileProgress | undefined;
      /** Rows of which nobody knows: `1-80000`; `1-` where it is not known how far they go. */
      readonly unknownRows?: string;
    };

/** An end that is the relay's own decision. */
function dead(
  code: DeadLetterCode,
  message: string,
  {
    progress,
    outcomeUnknown = code === 'outcomeUnknown',
  }: { readonly progress: FileProgress | undefined; readonly outcomeUnknown?: boolean },
): Extract<FileStep, { kind: 'dead' }> {
  const executed = outcomeUnknown ? 'unknown' : 'no';
  const verdict = {
    rule: { kind: 'reject' },
    code,
    level: 'relay',
    message,
    errors: [],
    executed,
    counted: false,
  } as const;
  return { kind: 'dead', outcome: { kind: 'dead', verdict, outcomeUnknown, tried: false }, progress };
}

const NO_ROOM =
  'the message has no room for what the relay must remember of it: an import needs one free attribute and 16 KB';

/** The rows that Marketo is at work on: `1-80000`. Undefined: none. */
function rowsAtWork(progress: FileProgress | undefined): string | undefined {
  const { job, rowsBefore = 0 } = progress ?? {};
  return job && `${rowsBefore + 1}-${rowsBefore + job.rows}`;
}

/** A wait that is longer each time. */
function growingMs(firstMs: number, waits: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * DELIVERY_POLICY.importPollGrowth ** Math.min(waits, MAX_GROWTHS));
}

/** Beyond so many every wait has reached its longest. */
const MAX_GROWTHS = 20;

export type { FileStep };
export { dead, growingMs, NO_ROOM, rowsAtWork };
