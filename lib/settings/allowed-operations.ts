import { meansName, OPERATION_NAMES } from '../marketo/endpoints/operation-patterns.ts';
import { accept, type Parsed, refuse, shown } from './parse.ts';

/** What Marketo's role allows: docs/decisions/012-allowed-operations.md. */
const DEFAULT_ALLOWED_OPERATIONS: readonly string[] = ['*'];
/** All but what cannot be undone, for those who have nothing to delete. */
const REVERSIBLE_OPERATIONS: readonly string[] = ['*', '!delete*', '!merge*'];

/** A Lambda function has 4 KB for all its variables (Lambda: quotas). */
const MAX_CHARACTERS = 2_000;
const MAX_SHOWN = 60;

/**
 * Patterns of operations, with commas between them: a name, `*` at its end for any ending, `!` before it to refuse.
 *
 * @example
 * parseAllowedOperations('syncLeads, get*'); // { ok: true, value: ['syncLeads', 'get*'] }
 */
function parseAllowedOperations(text: string): Parsed<readonly string[]> {
  const remedy = 'give operations with commas between them, such as "syncLeads,get*" or "*,!delete*,!merge*"';
  if (text.length > MAX_CHARACTERS)
    return refuse(`has ${text.length} characters, of ${MAX_CHARACTERS} at most: ${remedy}`);
  const patterns = text.split(',').map((one) => one.trim());
  for (const pattern of patterns) {
    const bare = pattern.replace(/^!/, '');
    if (!/^(?:[A-Za-z]+\*?|\*)$/.test(bare)) return refuse(`has ${shown(pattern, MAX_SHOWN)}: ${remedy}`);
    if (!OPERATION_NAMES.some((name) => meansName(bare, name))) {
      return refuse(`has ${shown(pattern, MAX_SHOWN)}, and no operation has such a name${likely(bare)}: ${remedy}`);
    }
  }
  const hasOne = patterns.some((pattern) => !pattern.startsWith('!'));
  return hasOne
    ? accept([...new Set(patterns)])
    : refuse(`is ${shown(text, MAX_SHOWN)}, which allows nothing: ${remedy}`);
}

/** The same letters in another case are a slip. */
function likely(bare: string): string {
  const meant = OPERATION_NAMES.find((name) => name.toLowerCase() === bare.toLowerCase());
  return meant === undefined ? '' : ` (${meant} has)`;
}

export { DEFAULT_ALLOWED_OPERATIONS, parseAllowedOperations, REVERSIBLE_OPERATIONS };
