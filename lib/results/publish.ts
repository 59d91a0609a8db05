import { createHash } from 'node:crypto';
import { toJsonText } from '../message/json-text.ts';
import type { SendOutcome } from '../message/queue.ts';
import type { Log } from '../ports.ts';
import type { Observe } from '../telemetry/events.ts';
import type { Reply, Result, ResultObject, ResultPointer } from './result.ts';

/** Where results go: a queue or an event bus. */
interface ResultDestination {
  /** Largest body that it takes. */
  readonly maxBytes: number;
  /** One outcome for each, in order; never throws. */
  send(bodies: readonly ResultBody[]): Promise<readonly SendOutcome[]>;
}

interface ResultBody {
  readonly text: string;
  /** Short facts by which a consumer may filter without reading the text. */
  readonly facts: Pick<Result, 'relayId' | 'operation' | 'status'>;
}

/** Where it is put what is too large, and what the destination does not take. Throws when it cannot be reached. */
interface ResultStore {
  readonly bucket: string;
  put(key: string, body: string): Promise<void>;
}

interface ResultPublisher {
  /**
   * One outcome for each result, in order; never throws. One that is accepted lies where results go, or, while that takes
   * none, in the store, from where `relay results resend` sends it.
   */
  send(results: readonly Result[]): Promise<readonly SendOutcome[]>;
}

interface ResultPublisherOptions {
  readonly destination: ResultDestination;
  readonly store: ResultStore;
  readonly log: Log;
  readonly observe: Observe;
}

/** What lies in the store: a body that is too large, or a result that waits for its destination. */
const OBJECT_PREFIX = 'results/objects/';
const UNSENT_PREFIX = 'results/unsent/';
/** Marketo's reply is put into the store from here on, whatever the destination takes. */
const MAX_REPLY_BYTES = 262_144;

/** Sends results to where they go. */
function createResultPublisher({ destination, store, log, observe }: ResultPublisherOptions): ResultPublisher {
  async function send(results: readonly Result[]): Promise<readonly SendOutcome[]> {
    if (results.length === 0) return [];
    const outcomes: SendOutcome[] = results.map(() => ({ accepted: false, error: 'not prepared' }));
    const ready: { readonly index: number; readonly body: ResultBody }[] = [];
    for (const [index, result] of results.entries()) {
      try {
        ready.push({ index, body: await fitted(result) });
      } catch (error) {
        outcomes[index] = refused(result, `the store did not take what is too large: ${textOf(error)}`);
      }
    }
    const answers = ready.length === 0 ? [] : await destination.send(ready.map(({ body }) => body));
    for (const [place, { index, body }] of ready.entries()) {
      const answer = answers[place] ?? { accepted: false, error: 'no answer' };
      outcomes[index] = answer.accepted ? answer : await kept(body, answer.error);
    }
    return outcomes;
  }

  async function fitted(result: Result): Promise<ResultBody> {
    const { version, relayId, correlation, operation, status } = result;
    const facts = { relayId, operation, status };
    const slim = await withoutLargeReply(result);
    const text = toJsonText(slim);
    if (Buffer.byteLength(text) <= destination.maxBytes) return { text, facts };
    const pointer: ResultPointer = {
      version,
      relayId,
      ...(correlation !== undefined && { correlation }),
      operation,
      status,
      object: await stored(relayId, text),
    };
    return { text: toJsonText(pointer), facts };
  }

  async function withoutLargeReply(result: Result): Promise<Result> {
    const { reply } = result;
    if (reply === undefined || !('body' in reply) || Buffer.byteLength(reply.body) <= MAX_REPLY_BYTES) return result;
    const { body, ...rest } = reply;
    const pointed: Reply = { ...rest, object: await stored(result.relayId, body) };
    return { ...result, reply: pointed };
  }

  /** The same text gets the same key, so a second try writes the same object again. */
  async function stored(relayId: string, text: string): Promise<ResultObject> {
    const key = `${OBJECT_PREFIX}${encodeURIComponent(relayId)}/${digestOf(text)}.json`;
    await store.put(key, text);
    return { bucket: store.bucket, key, bytes: Buffer.byteLength(text) };
  }

  async function kept({ text, facts }: ResultBody, error: string): Promise<SendOutcome> {
    observe({ kind: 'resultUnsent', relayId: facts.relayId });
    const key = `${UNSENT_PREFIX}${encodeURIComponent(facts.relayId)}/${digestOf(text)}.json`;
    try {
      await store.put(key, text);
      log.warn('a result was not taken, and waits in the bucket', { relayId: facts.relayId, key, error });
      return { accepted: true };
    } catch (cause) {
      return refused(facts, `${error}; and the bucket did not take it either: ${textOf(cause)}`);
    }
  }

  function refused({ relayId }: Pick<Result, 'relayId'>, error: string): SendOutcome {
    log.error('a result could not be told', { relayId, error });
    return { accepted: false, error };
  }

  return { send };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export type { ResultBody, ResultDestination, ResultPublisher, ResultPublisherOptions, ResultStore };
export { createResultPublisher, MAX_REPLY_BYTES, OBJECT_PREFIX, UNSENT_PREFIX };
