import { BILLED_BYTES } from '../../lib/settings/policy.ts';

/** What a run used of AWS and of Marketo, as they would bill and count it. */
interface Tally {
  readonly sqs: { published: number; received: number; deleted: number; byRelay: number };
  readonly dynamoDb: { reads: number; writes: number; readUnits: number; writeUnits: number; largestItemBytes: number };
  readonly lambda: { invocations: number; runMs: number; governMs: number };
  readonly s3: { puts: number; bytes: number };
  secretReads: number;
  readonly marketo: {
    calls: number;
    identity: number;
    records: number;
    /** Replies 606, 607 and 615. */
    refused: number;
    failed: number;
    firstCallMs: number;
    lastCallMs: number;
  };
  letters: number;
  /** Longest time from publication to the delivery of a message. */
  oldestMs: number;
}

const BATCH = 10;

/** Requests that as many messages of a size take, ten in each. */
function sqsRequests(messages: number, bytesEach: number): number {
  const full = Math.ceil(messages / BATCH);
  const billed = Math.ceil((Math.min(messages, BATCH) * bytesEach) / BILLED_BYTES);
  return full * Math.max(1, billed);
}

function newTally(): Tally {
  return {
    sqs: { published: 0, received: 0, deleted: 0, byRelay: 0 },
    dynamoDb: { reads: 0, writes: 0, readUnits: 0, writeUnits: 0, largestItemBytes: 0 },
    lambda: { invocations: 0, runMs: 0, governMs: 0 },
    s3: { puts: 0, bytes: 0 },
    secretReads: 0,
    marketo: { calls: 0, identity: 0, records: 0, refused: 0, failed: 0, firstCallMs: 0, lastCallMs: 0 },
    letters: 0,
    oldestMs: 0,
  };
}

export type { Tally };
export { newTally, sqsRequests };
