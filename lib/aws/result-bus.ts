import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { SendOutcome } from '../message/queue.ts';
import type { Log } from '../ports.ts';
import type { ResultBody, ResultDestination } from '../results/publish.ts';
import { packBatches } from './pack-batches.ts';

interface ResultBusOptions {
  /** Asked for at the first result: most relays have no bus, and need not load its client. */
  readonly client: () => Promise<EventBridgeClient>;
  readonly busName: string;
  readonly log: Log;
}

/** All entries of one request, in bytes (EventBridge: "Calculating PutEvents event entry size"). */
const MAX_REQUEST_BYTES = 262_144;
const SOURCE = 'marketo-relay';
const DETAIL_TYPE = 'Marketo Relay Result';
/** What EventBridge counts beside the detail: source, detail type, and 14 for an instant. */
const FRAME_BYTES = SOURCE.length + DETAIL_TYPE.length + 14;

const entryBytes = ({ text }: ResultBody): number => Buffer.byteLength(text) + FRAME_BYTES;

/**
 * Results as events of a bus: source `marketo-relay`, detail type `Marketo Relay Result`, the result as detail. A rule filters by
 * the result's own members.
 */
function createResultBus({ client, busName, log }: ResultBusOptions): ResultDestination {
  async function send(bodies: readonly ResultBody[]): Promise<readonly SendOutcome[]> {
    const outcomes: SendOutcome[] = [];
    for (const batch of packBatches(bodies, entryBytes, MAX_REQUEST_BYTES)) outcomes.push(...(await put(batch)));
    return outcomes;
  }

  async function put(batch: readonly ResultBody[]): Promise<readonly SendOutcome[]> {
    try {
      const [bus, { PutEventsCommand }] = await Promise.all([client(), import('@aws-sdk/client-eventbridge')]);
      const { Entries: answers = [] } = await bus.send(new PutEventsCommand({ Entries: batch.map(entryOf) }));
      return batch.map((_, index) => {
        const { EventId, ErrorCode, ErrorMessage } = answers[index] ?? {};
        if (EventId !== undefined && ErrorCode === undefined) return { accepted: true };
        return { accepted: false, error: `${ErrorCode ?? 'no answer for this entry'}: ${ErrorMessage ?? ''}` };
      });
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log.warn('the event bus refused a batch', { busName, entries: batch.length, error: detail });
      return batch.map(() => ({ accepted: false, error: detail }));
    }
  }

  function entryOf({ text }: ResultBody): PutEventsRequestEntry {
    return { EventBusName: busName, Source: SOURCE, DetailType: DETAIL_TYPE, Detail: text };
  }

  return { maxBytes: MAX_REQUEST_BYTES - FRAME_BYTES, send };
}

export type { ResultBusOptions };
export { createResultBus, DETAIL_TYPE, SOURCE };
