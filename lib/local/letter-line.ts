import { MOVED_BY_SQS } from '../dead-letter/triage/queued-letter.ts';
import { type DeadLetterCode, RELAY_CODES } from '../settings/relay-codes.ts';

/** What the report says of one dead letter. */
interface LetterLine {
  readonly messageId: string;
  readonly relayId: string;
  readonly level: string;
  readonly code: string;
  readonly name: string;
  /** What Marketo said, or the problems of an invalid message. */
  readonly message: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly attempts: number;
  readonly outcomeUnknown: boolean;
  /** Positions in the original `input`, when other records of it were delivered. */
  readonly positions?: readonly number[];
}

/** Lenient on purpose: SQS itself may have moved a message here that never became a letter. */
function readLetter(messageId: string, body: string): LetterLine {
  const letter = parseObject(body);
  const failure = letter?.failure;
  if (letter?.deadLetter !== 1 || !isObject(failure)) return unreadable(messageId, letter);
  const positions = isObject(letter.message) ? letter.message.positions : undefined;
  return {
    messageId,
    relayId: text(letter.relayId),
    level: text(failure.level),
    code: text(failure.code),
    name: text(failure.name),
    message: text(failure.message),
    meaning: text(failure.meaning),
    remedy: text(failure.remedy),
    attempts: typeof failure.attempts === 'number' ? failure.attempts : 0,
    outcomeUnknown: failure.outcomeUnknown === true,
    ...(Array.isArray(positions) ? { positions: positions.filter((at): at is number => typeof at === 'number') } : {}),
  };
}

function unreadable(messageId: string, body: Record<string, unknown> | undefined): LetterLine {
  const code = 'receivedTooOften' satisfies DeadLetterCode;
  const { level, meaning, remedy, outcomeUnknown } = RELAY_CODES[code];
  return {
    messageId,
    relayId: typeof body?.id === 'string' ? body.id : messageId,
    level,
    code: MOVED_BY_SQS,
    name: 'Moved by SQS',
    message: 'SQS moved the message here itself: the function could not settle it however often it came.',
    meaning,
    remedy,
    attempts: 0,
    outcomeUnknown,
  };
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export type { LetterLine };
export { readLetter };
