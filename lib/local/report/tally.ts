import type { DeliveryEvent } from '../../telemetry/events.ts';

/** What became of one relay id, as the delivery function told it. */
interface Fate {
  /** Settlements that ended in delivery, and in the DLQ: several where records of one message ended apart. */
  readonly deliveries: number;
  readonly deliveredRecords: number;
  readonly letters: number;
  readonly deadRecords: number;
  readonly deduplicated: number;
  /** A copy went back to the queue and nothing has been heard of it since. */
  readonly open: boolean;
}

interface WaitTally {
  /** Waits inside the function, before it made its calls. */
  readonly inProcess: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

interface Tally {
  readonly calls: number;
  /** Records and messages that calls carried, each call counted. */
  readonly callRecords: number;
  readonly callMessages: number;
  readonly slowestCallMs: number;
  readonly callsByOperation: ReadonlyMap<string, number>;
  readonly callsByCode: ReadonlyMap<string, number>;
  readonly waits: ReadonlyMap<string, WaitTally>;
  /** Copies sent back to wait for a limit, by code. */
  readonly sentBackToWait: ReadonlyMap<string, number>;
  /** Copies sent back after an attempt that failed, by code. */
  readonly retries: ReadonlyMap<string, number>;
  /** Settlements that failed: SQS brought those messages again. */
  readonly unsettled: number;
  /** Codes that the catalogue lacks. */
  readonly unknownCodes: ReadonlyMap<string, number>;
  readonly fates: ReadonlyMap<string, Fate>;
}

interface Tallying {
  observe(event: DeliveryEvent): void;
  /** The live counts: they go on growing. */
  readonly tally: Tally;
}

const NO_FATE: Fate = { deliveries: 0, deliveredRecords: 0, letters: 0, deadRecords: 0, deduplicated: 0, open: false };

/** Adds up what delivery functions report, for progress and for the summary. */
function createTally(): Tallying {
  const callsByOperation = new Map<string, number>();
  const callsByCode = new Map<string, number>();
  const waits = new Map<string, WaitTally>();
  const sentBackToWait = new Map<string, number>();
  const retries = new Map<string, number>();
  const unknownCodes = new Map<string, number>();
  const fates = new Map<string, Fate>();
  const sums = { calls: 0, callRecords: 0, callMessages: 0, slowestCallMs: 0, unsettled: 0 };

  function change(relayId: string, by: (fate: Fate) => Partial<Fate>): void {
    const fate = fates.get(relayId) ?? NO_FATE;
    fates.set(relayId, { ...fate, ...by(fate) });
  }

  function observe(event: DeliveryEvent): void {
    switch (event.kind) {
      case 'call':
        sums.calls += 1;
        sums.callRecords += event.records;
        sums.callMessages += event.messages;
        sums.slowestCallMs = Math.max(sums.slowestCallMs, event.durationMs);
        count(callsByOperation, event.operation);
        count(callsByCode, event.code);
        return;
      case 'waited': {
        const wait = waits.get(event.reason) ?? { inProcess: 0, totalMs: 0, longestMs: 0 };
        waits.set(event.reason, {
          inProcess: wait.inProcess + 1,
          totalMs: wait.totalMs + event.waitMs,
          longestMs: Math.max(wait.longestMs, event.waitMs),
        });
        return;
      }
      case 'delivered':
        change(event.relayId, (fate) => ({
          deliveries: fate.deliveries + 1,
          deliveredRecords: fate.deliveredRecords + event.records,
          open: false,
        }));
        return;
      case 'deadLettered':
        change(event.relayId, (fate) => ({
          letters: fate.letters + 1,
          deadRecords: fate.deadRecords + event.records,
          open: false,
        }));
        return;
      case 'returned':
        count(event.reason === 'retry' ? retries : sentBackToWait, event.code);
        change(event.relayId, () => ({ open: true }));
        return;
      case 'deduplicated':
        change(event.relayId, (fate) => ({ deduplicated: fate.deduplicated + 1 }));
        return;
      case 'unsettled':
        sums.unsettled += 1;
        return;
      case 'unknownCode':
        count(unknownCodes, event.code);
        return;
      case 'resultUnsent':
      case 'lineStopped':
      case 'operationPaused':
      case 'schemaChanged':
      case 'messageAge':
      case 'quotaLeft':
      case 'gauges':
      case 'paused':
      case 'unjournaled':
      case 'orderGivenUp':
        return;
      default:
        event satisfies never;
    }
  }

  const tally: Tally = {
    get calls() {
      return sums.calls;
    },
    get callRecords() {
      return sums.callRecords;
    },
    get callMessages() {
      return sums.callMessages;
    },
    get slowestCallMs() {
      return sums.slowestCallMs;
    },
    get unsettled() {
      return sums.unsettled;
    },
    callsByOperation,
    callsByCode,
    waits,
    sentBackToWait,
    retries,
    unknownCodes,
    fates,
  };
  return { observe, tally };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

export type { Fate, Tally, Tallying, WaitTally };
export { createTally, NO_FATE };
