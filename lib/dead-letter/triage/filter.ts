import { toJsonText } from '../../message/json-text.ts';
import { keysOfBody } from './keys.ts';
import type { LetterFacts } from './queued-letter.ts';

/** What an operator asks for. Values of one member are alternatives; all members must hold. */
interface LetterFilter {
  readonly codes?: readonly string[];
  readonly operations?: readonly string[];
  /** Relay ids, or SQS message ids. */
  readonly ids?: readonly string[];
  /** The identity of a record: `ann@example.com`, or in full `lead:email:ann@example.com`. */
  readonly keys?: readonly string[];
  /** Anywhere in the letter, in any case. */
  readonly texts?: readonly string[];
  /** When the letter was written. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** The texts of a letter are read only when a filter asks for them. */
interface LetterTexts {
  /** The letter as it is on the queue, or whole when it was cut. */
  letter(): string;
  /** The message in it. */
  body(): string;
}

function isEmptyFilter(filter: LetterFilter): boolean {
  return Object.values(filter).every((value) => value === undefined || (Array.isArray(value) && value.length === 0));
}

function matches(filter: LetterFilter, facts: LetterFacts, texts: LetterTexts): boolean {
  const { codes, operations, ids, keys, texts: wanted, sinceMs, untilMs } = filter;
  return (
    isAmong(codes, [facts.code]) &&
    isAmong(operations, [facts.operation ?? '']) &&
    isAmong(ids, [facts.relayId, facts.messageId]) &&
    facts.deadAtMs >= (sinceMs ?? 0) &&
    facts.deadAtMs <= (untilMs ?? Number.POSITIVE_INFINITY) &&
    (isUnset(wanted) || holdsText(texts.letter(), wanted)) &&
    (isUnset(keys) || holdsKey(texts.body(), keys))
  );
}

/** Whether the answer hangs on the texts: a letter that was cut has to be fetched first. */
function needsTexts({ keys, texts }: LetterFilter): boolean {
  return !isUnset(keys) || !isUnset(texts);
}

function isUnset(values: readonly string[] | undefined): values is undefined {
  return values === undefined || values.length === 0;
}

function isAmong(wanted: readonly string[] | undefined, values: readonly string[]): boolean {
  if (isUnset(wanted)) return true;
  const lower = new Set(values.map((value) => value.toLowerCase()));
  return wanted.some((value) => lower.has(value.toLowerCase()));
}

/** As it stands, or as JSON spells it: whoever types `"` means the character. */
function holdsText(letter: string, wanted: readonly string[]): boolean {
  const text = letter.toLowerCase();
  return wanted.some((one) => {
    const lower = one.toLowerCase();
    return text.includes(lower) || text.includes(toJsonText(lower).slice(1, -1));
  });
}

function holdsKey(body: string, wanted: readonly string[]): boolean {
  const keys = keysOfBody(body).map((key) => key.toLowerCase());
  return wanted.some((one) => {
    const lower = one.trim().toLowerCase();
    return keys.some((key) => key === lower || key.endsWith(`:${lower}`));
  });
}

export type { LetterFilter, LetterTexts };
export { isEmptyFilter, matches, needsTexts };
