import { entryFor } from '../../marketo/catalogue/catalogue.ts';
import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { isObject } from '../../message/expected.ts';
import { shorten } from '../../message/json-text.ts';
import type { OverflowPointer } from '../../message/message.ts';
import type { MessageAttribute } from '../../message/queue.ts';
import { readShape } from '../../message/read-shape.ts';
import { decodeRelayState } from '../../message/relay-attribute.ts';
import { RELAY_CODES } from '../../settings/relay-codes.ts';
import { OVERFLOW_PREFIX } from '../read.ts';
import { type Subject, subjectOf } from './subject.ts';

/** A message on the dead-letter queue, as SQS holds it. */
interface QueuedLetter {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** When it came to the dead-letter queue. */
  readonly sentAtMs: number;
  /** Of a message that SQS moved itself: the name of the queue that it was on, where SQS says it. */
  readonly movedFrom?: string;
}

/** What lists, filters and groups need of a letter: small, whatever the letter holds. */
interface LetterFacts {
  readonly messageId: string;
  readonly relayId: string;
  /** `sqs`: no dead letter, but a message that SQS moved itself. */
  readonly source: 'relay' | 'sqs';
  readonly code: string;
  readonly level: string;
  readonly name: string;
  readonly operation?: string;
  readonly subject?: Subject;
  /** What Marketo said, shortened. */
  readonly message: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly retriable: boolean;
  readonly outcomeUnknown: boolean;
  readonly attempts: number;
  /** The queue that it came by. Absent: live, or unknown. */
  readonly lane?: 'backfill';
  /** How often an operator has sent it again. */
  readonly resends: number;
  readonly deadAtMs: number;
  /** When the message was first seen; the time on the dead-letter queue where nothing says it. */
  readonly firstSeenMs: number;
  /** Where the whole letter is, when something was cut out of the one on the queue. */
  readonly overflow?: OverflowPointer & { readonly cut: readonly string[] };
}

/** What stands for the code of a message that SQS moved itself. */
const MOVED_BY_SQS = 'movedBySqs';
const MAX_MESSAGE_LENGTH = 500;
const MAX_ADVICE_LENGTH = 2_000;
const MAX_ID_LENGTH = 200;

/** Lenient on purpose: nothing on the queue goes unmentioned, whoever wrote it. */
function factsOf(queued: QueuedLetter): LetterFacts {
  const letter = parseObject(queued.body);
  const failure = letter?.failure;
  return letter?.deadLetter === 1 && isObject(failure)
    ? factsOfLetter(queued, letter, failure)
    : factsOfMoved(queued, letter);
}

function factsOfLetter(
  { messageId, sentAtMs }: QueuedLetter,
  letter: Record<string, unknown>,
  failure: Record<string, unknown>,
): LetterFacts {
  const code = text(failure.code, 100);
  const said = text(failure.message, MAX_ADVICE_LENGTH);
  const subject = subjectOf(code, said);
  const operation = text(letter.operation, 100);
  const overflow = overflowOf(letter.overflow);
  return {
    messageId,
    relayId: text(letter.relayId, MAX_ID_LENGTH) || messageId,
    source: 'relay',
    code: code || '(none)',
    level: text(failure.level, 40),
    name: text(failure.name, 200),
    ...(operation === '' ? {} : { operation }),
    ...(subject === undefined ? {} : { subject }),
    message: shorten(said, MAX_MESSAGE_LENGTH),
    ...adviceOf(code, failure),
    retriable: failure.retriable === true,
    outcomeUnknown: failure.outcomeUnknown === true,
    attempts: countOf(failure.attempts),
    ...(letter.lane === 'backfill' && { lane: 'backfill' as const }),
    resends: countOf(letter.resends),
    deadAtMs: sentAtMs,
    firstSeenMs: instantOf(failure.firstSeen) ?? sentAtMs,
    ...(overflow === undefined ? {} : { overflow }),
  };
}

/** A letter says what its code means; an edited one may not, and then the catalogue does. */
function adviceOf(code: string, failure: Record<string, unknown>): Pick<LetterFacts, 'meaning' | 'remedy'> {
  const own = Object.entries(RELAY_CODES).find(([name]) => name === code)?.[1];
  const entry = own ?? entryFor(code, failure.level === 'record' ? 'record' : 'response');
  return {
    meaning: text(failure.meaning, MAX_ADVICE_LENGTH) || entry.meaning,
    remedy: text(failure.remedy, MAX_ADVICE_LENGTH) || entry.remedy,
  };
}

function factsOfMoved(queued: QueuedLetter, body: Record<string, unknown> | undefined): LetterFacts {
  const { messageId, sentAtMs } = queued;
  const state = decodeRelayState(queued.attributes, Number.MAX_SAFE_INTEGER);
  const { request, id } = readShape(body);
  return {
    messageId,
    relayId: state?.relayId ?? id ?? messageId,
    source: 'sqs',
    code: MOVED_BY_SQS,
    level: 'relay',
    name: 'Moved by SQS',
    ...(request === undefined ? {} : { operation: matchEndpoint(request).operation }),
    message: 'SQS moved the message here itself: this is no letter of the relay, but the message as it was.',
    meaning:
      'The delivery function did not settle the message however often it received it: it ended before it could, each time.',
    remedy:
      "Look for the error in the function's log around that time, mend it, then send the message again as it is: what must not " +
      'be done twice is kept from it by the send-once record.',
    retriable: true,
    outcomeUnknown: false,
    attempts: state?.attempts ?? 0,
    resends: state?.resends ?? 0,
    deadAtMs: sentAtMs,
    firstSeenMs: state?.firstSeenMs ?? sentAtMs,
  };
}

function overflowOf(value: unknown): LetterFacts['overflow'] {
  if (!isObject(value)) return undefined;
  const { bucket, key, cut } = value;
  const sound = typeof bucket === 'string' && typeof key === 'string' && key.startsWith(OVERFLOW_PREFIX);
  if (!sound || !Array.isArray(cut)) return undefined;
  return { bucket, key, cut: cut.filter((name): name is string => typeof name === 'string').slice(0, 10) };
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown, most: number): string {
  return typeof value === 'string' ? shorten(value, most) : '';
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}

function instantOf(value: unknown): number | undefined {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

export type { LetterFacts, QueuedLetter };
export { factsOf, MOVED_BY_SQS };
