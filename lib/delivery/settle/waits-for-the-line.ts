import type { WaitCode } from '../../settings/relay-codes.ts';
import type { RequeueOutcome } from '../outcome.ts';

const OF_THE_LINE: ReadonlySet<string> = new Set<WaitCode>(['circuit', 'credentialsRefused', 'noToken', 'day']);

/** Whether an item waits for what all of the line wait for: nobody knows for how long. */
function waitsForTheLine({ code, outage }: Pick<RequeueOutcome, 'code' | 'outage'>): boolean {
  return outage === true || OF_THE_LINE.has(code);
}

export { waitsForTheLine };
