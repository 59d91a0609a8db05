import { attributesBytes } from '../message/message-size.ts';
import type { OutgoingMessage, Queue, SendOutcome } from '../message/queue.ts';
import type { Log } from '../ports.ts';
import type { Lane } from '../settings/lane.ts';
import { MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import { LOG_PART_MESSAGE } from '../telemetry/log-parts.ts';
import { cutToFit } from './fit.ts';
import { toLoggedLetter } from './log-lines.ts';
import { type OverflowStore, overflowKey } from './overflow.ts';
import { factAttributes, letterAttributes, serialise } from './serialise.ts';
import type { DeadLetter } from './types.ts';

interface DeadLetterPublisher {
  /** One outcome for each letter, in order; never throws. A letter that is not accepted leaves its message unsettled. */
  send(letters: readonly DeadLetter[]): Promise<readonly SendOutcome[]>;
}

interface DeadLetterPublisherOptions {
  /** The dead-letter queue. */
  readonly queue: Queue;
  readonly overflow: OverflowStore;
  readonly log: Log;
  /** Where letters come from. @default 'live' */
  readonly lane?: Lane;
  /** Whether the log may hold what was sent and answered. @default true */
  readonly logBodies?: boolean;
}

type Prepared =
  | { readonly ready: true; readonly outgoing: OutgoingMessage; readonly queued: DeadLetter }
  | { readonly ready: false; readonly error: string };

/** Sends letters to the dead-letter queue, and logs each once it is there. */
function createDeadLetterPublisher(options: DeadLetterPublisherOptions): DeadLetterPublisher {
  const { queue, overflow, log, logBodies = true, lane } = options;

  async function send(given: readonly DeadLetter[]): Promise<readonly SendOutcome[]> {
    const letters = lane === 'backfill' ? given.map((letter) => ({ ...letter, lane })) : given;
    const prepared: Prepared[] = [];
    for (const letter of letters) prepared.push(await prepare(letter));
    const sendable = prepared.flatMap((one) => (one.ready ? [one.outgoing] : []));
    const answers = (sendable.length === 0 ? [] : await queue.send(sendable)).values();
    return letters.map((letter, index) => {
      const one = prepared[index];
      const outcome: SendOutcome =
        one?.ready === true
          ? (answers.next().value ?? { accepted: false, error: 'no answer from the queue' })
          : { accepted: false, error: one?.error ?? 'not prepared' };
      report(letter, one?.ready === true ? one.queued : letter, outcome);
      return outcome;
    });
  }

  /** The whole goes to the store before a letter that points to it goes to the queue. */
  async function prepare(letter: DeadLetter): Promise<Prepared> {
    const text = serialise(letter);
    const room = MAX_MESSAGE_BYTES - attributesBytes(factAttributes(letter));
    if (Buffer.byteLength(text) <= room) return ready(letter, letter, text);
    const key = overflowKey(letter.relayId, text);
    try {
      await overflow.put(key, text);
    } catch (error) {
      return { ready: false, error: `overflow: ${error instanceof Error ? error.message : String(error)}` };
    }
    const { bucket } = overflow;
    const fitted = cutToFit(letter, room, `the whole is in s3://${bucket}/${key}`, (smaller, cut) => ({
      ...smaller,
      overflow: { bucket, key, cut },
    }));
    return ready(letter, fitted.letter, fitted.text);
  }

  function ready(letter: DeadLetter, queued: DeadLetter, text: string): Prepared {
    return {
      ready: true,
      queued,
      outgoing: { body: text, attributes: letterAttributes(letter, text), delaySeconds: 0 },
    };
  }

  function report(letter: DeadLetter, queued: DeadLetter, outcome: SendOutcome): void {
    const { relayId, operation, failure } = letter;
    // Not `level`: a logger keeps that name for its own, and drops a field of it with a warning a letter.
    const facts = { relayId, operation, code: failure.code, failureLevel: failure.level };
    if (!outcome.accepted) {
      log.error('dead letter not accepted', { ...facts, error: outcome.error });
      return;
    }
    const { overflow: pointer } = queued;
    const where = pointer === undefined ? 'the dead-letter queue' : `s3://${pointer.bucket}/${pointer.key}`;
    const logged = toLoggedLetter(letter, where, logBodies);
    log.error('dead letter', {
      ...facts,
      letter: logged.letter,
      ...(logged.cut.length === 0 ? {} : { cut: logged.cut, whole: where }),
    });
    for (const part of logged.parts) log.error(LOG_PART_MESSAGE, { ...part });
  }

  return { send };
}

export type { DeadLetterPublisher, DeadLetterPublisherOptions };
export { createDeadLetterPublisher };
