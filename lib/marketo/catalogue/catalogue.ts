import { HTTP_CODES } from './http-codes.ts';
import { RECORD_CODES } from './record-codes.ts';
import { RESPONSE_CODES } from './response-codes.ts';
import type { CatalogueEntry, Circumstance, CodeLevel, VerdictRule } from './types.ts';
import { unknownEntry } from './unknown-codes.ts';
import { ISOLATE } from './verdicts.ts';

/** What is known of a failed call when its verdict is looked up. */
interface VerdictContext {
  /** Where the reply had the code, which need not be the level of its row. */
  readonly level: CodeLevel;
  /** Those of the endpoint. */
  readonly circumstances: readonly Circumstance[];
  /** Marketo's own words. */
  readonly message: string;
  /**
   * True when the call carried several records, so that one of them may have brought the others down. Left out, only
   * rejections are isolated.
   */
  readonly shared?: boolean;
}

/** Every code that the relay knows by name. Frozen, rows included. */
const CATALOGUE: readonly CatalogueEntry[] = Object.freeze(
  [...HTTP_CODES, ...RESPONSE_CODES, ...RECORD_CODES].map((row) => Object.freeze(row)),
);

// 401 is the one code with two rows: identity's means that nothing can be delivered, an API call's only that this token
// is refused.
const IDENTITY_ROWS = new Map(rowsOf((row) => row.level === 'identity'));
const OTHER_ROWS = new Map(rowsOf((row) => row.level !== 'identity'));

/**
 * The row of a code, or a made-up one by range. Marketo quotes codes at other levels than it documents (1xxx in
 * `errors[]`, HTTP statuses in bodies), so a code finds its row whatever level it came from; only the Identity
 * endpoint's own row is kept for that level. `executed` speaks of the call that was answered: a failed identity call has
 * executed nothing.
 *
 * @example
 * entryFor('606', 'response').verdict; // { kind: 'wait', limit: 'window' }
 * entryFor('1099', 'record').name; // 'Unknown code'
 */
function entryFor(code: string, level: CodeLevel): CatalogueEntry {
  return knownEntry(code, level) ?? unknownEntry(code, level);
}

/** False for codes that {@link entryFor} has to make a row up for; the metric `UnknownCodes` counts those. */
function isKnown(code: string, level: CodeLevel): boolean {
  return knownEntry(code, level) !== undefined;
}

/**
 * What to do, given the circumstances.
 *
 * A 1xxx code at response level means that one bad record failed the whole call, so a rejection becomes `isolate`; the
 * caller turns that into a rejection when the call carried one record only. With `shared`, the other verdicts that hold
 * for one record (`delivered`, `retry` soon) are isolated as well, for they say nothing about its neighbours.
 */
function verdictFor(entry: CatalogueEntry, context: VerdictContext): VerdictRule {
  const verdict =
    entry.special !== undefined && holds(entry.special.when, context) ? entry.special.verdict : entry.verdict;
  if (context.level !== 'response' || !isRecordCode(entry.code)) return verdict;
  if (verdict.kind === 'reject') return ISOLATE;
  const ofOneRecord = verdict.kind === 'delivered' || (verdict.kind === 'retry' && verdict.pace === 'soon');
  return context.shared === true && ofOneRecord ? ISOLATE : verdict;
}

function holds(circumstance: Circumstance, context: VerdictContext): boolean {
  // The endpoint cannot know which of 1029's limits was met: only the message tells.
  if (circumstance === 'exportQuota') return /export daily quota/i.test(context.message);
  return context.circumstances.includes(circumstance);
}

function isRecordCode(code: string): boolean {
  return /^1\d{3}$/.test(code);
}

function knownEntry(code: string, level: CodeLevel): CatalogueEntry | undefined {
  return (level === 'identity' ? IDENTITY_ROWS.get(code) : undefined) ?? OTHER_ROWS.get(code);
}

function rowsOf(filter: (row: CatalogueEntry) => boolean): [string, CatalogueEntry][] {
  return CATALOGUE.filter(filter).map((row) => [row.code, row]);
}

export type { VerdictContext };
export { CATALOGUE, entryFor, isKnown, verdictFor };
