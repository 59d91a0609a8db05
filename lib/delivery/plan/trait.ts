import type { Json, JsonObject } from '../../marketo/request.ts';
import type { WorkItem } from '../work-item.ts';

/** What Marketo said of a call that failed as a whole because of its data. */
interface Fault {
  readonly code: string;
  /** All that its errors say. */
  readonly text: string;
}

/**
 * What the text of a failure names that a record can have, the most exact that any record of the call has:
 *
 * - `pair`: the name of one of its fields, and that field's value.
 * - `value`: the value of one of its fields.
 * - `frame`: a value beside `input`, such as the lookup field: all records of the request have it.
 * - `field`: the name of one of its fields.
 * - `place`: its place in the call.
 *
 * The texts are not documented, so a trait is a hint: whom to ask first. What may be concluded from it says `isolation.ts`.
 */
interface Trait {
  readonly kind: 'pair' | 'value' | 'frame' | 'field' | 'place';
  /** Equal for failures of one kind: code, and what is named. */
  readonly id: string;
  /** Whether who has it must have the fault: not for a field's name alone, unless the fault is that there is no such field. */
  readonly isExact: boolean;
  /**
   * Whether who has it certainly has the fault, by what the code means: there is no such field, and the text quotes one name
   * and no other.
   */
  readonly isProof: boolean;
  has(item: WorkItem): boolean;
}

/** "An included field in the call is not a valid field" (Marketo: error-codes): no record with the field can pass. */
const NO_SUCH_FIELD = '1006';
const MAX_NAMES = 50;
/** Shorter words are parts of any sentence. */
const MIN_WORD_CHARS = 3;
const QUOTED = /'([^']{1,200})'|"([^"]{1,200})"|`([^`]{1,200})`|\[([^\][]{1,200})\]/g;
const WORD = /[\p{L}\p{N}_@.+:-]+/gu;
const PLACE = /\b(?:index|input\s*\[)\D{0,3}(\d{1,3})\b/i;

/**
 * @param items of the failed call, in the order of its `input`.
 * @example
 * traitOf({ code: '1003', text: "Invalid value for field 'score' and value 'a lot'" }, call.items)?.kind; // 'pair'
 */
function traitOf(fault: Fault, items: readonly WorkItem[]): Trait | undefined {
  const quoted = quotedIn(fault.text);
  return (
    namedIn(fault, quoted, true, items) ?? placeIn(fault, items) ?? namedIn(fault, wordsIn(fault.text), false, items)
  );
}

type Named = Exclude<Trait['kind'], 'place'>;

const BY_EXACTNESS: readonly Named[] = ['pair', 'value', 'frame', 'field'];

function namedIn(
  { code }: Fault,
  names: ReadonlySet<string>,
  isQuoted: boolean,
  items: readonly WorkItem[],
): Trait | undefined {
  const [first] = items;
  if (names.size === 0 || first === undefined) return undefined;
  const all = new Set(items.map((item) => kindOf(item, names)));
  const kind = BY_EXACTNESS.find((one) => all.has(one));
  if (kind === undefined) return undefined;
  const { method, path } = first.message.request;
  const isAtLeast = BY_EXACTNESS.slice(0, BY_EXACTNESS.indexOf(kind) + 1);
  return {
    kind,
    id: JSON.stringify([method, path, code, kind, [...names].sort()]),
    isExact: kind !== 'field' || code === NO_SUCH_FIELD,
    isProof: isQuoted && names.size === 1 && code === NO_SUCH_FIELD && (kind === 'field' || kind === 'frame'),
    has(item) {
      const { request } = item.message;
      if (request.path !== path || request.method !== method) return false;
      const own = kindOf(item, names);
      return own !== undefined && isAtLeast.includes(own);
    },
  };
}

function kindOf({ message, record }: WorkItem, names: ReadonlySet<string>): Named | undefined {
  const members = Object.entries(record?.value ?? {});
  const isNamed = (value: Json): boolean => isPlain(value) && names.has(String(value));
  const named = members.filter(([, value]) => isNamed(value));
  if (named.some(([name]) => names.has(name))) return 'pair';
  if (named.length > 0) return 'value';
  if (members.some(([name]) => names.has(name))) return 'field';
  return frameValues(message.request.body).some(isNamed) ? 'frame' : undefined;
}

function frameValues(body: JsonObject | undefined): readonly Json[] {
  const { input: _, ...frame } = body ?? {};
  return Object.values(frame);
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function placeIn({ code, text }: Fault, items: readonly WorkItem[]): Trait | undefined {
  const item = items[Number(PLACE.exec(text)?.[1] ?? Number.NaN)];
  if (item === undefined) return undefined;
  return { kind: 'place', id: `${code} ${text}`, isExact: false, isProof: false, has: (other) => other === item };
}

/** What is in quotes or brackets, and the parts of a list there. */
function quotedIn(text: string): ReadonlySet<string> {
  const quoted = [...text.matchAll(QUOTED)].map((match) => match.slice(1).find((one) => one !== undefined) ?? '');
  const parts = quoted.flatMap((one) => [one, ...one.split(',').map((part) => part.trim())]);
  return new Set(parts.filter((one) => one !== '').slice(0, MAX_NAMES));
}

/** Without the full stop at the end of a sentence. */
function wordsIn(text: string): ReadonlySet<string> {
  const words = (text.match(WORD) ?? []).map((word) => word.replace(/[.:]+$/, ''));
  return new Set(words.filter((word) => word.length >= MIN_WORD_CHARS).slice(0, MAX_NAMES));
}

export type { Fault, Trait };
export { traitOf };
