import { shorten } from '../../message/json-text.ts';

/** What a failure is about, by the name that Marketo gives it: of a field, a parameter, a program. Never a value of somebody's record. */
interface Subject {
  readonly kind: string;
  readonly name: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly kind: string | ((match: readonly (string | undefined)[]) => string);
  /** Of the named group `name` unless it is said here. */
  readonly name?: string;
}

const MAX_NAME_LENGTH = 100;
/** The name stands at the beginning; what follows may be anything, and long. */
const MAX_READ_LENGTH = 2_000;
const GAVE_UP = /^gave up after \d+ attempts: \S+ /;

const noun = (match: readonly (string | undefined)[]): string => (match[1] ?? '').toLowerCase();

/**
 * The first that fits decides. Marketo quotes with ' as a rule, and with typographic quotes in its documents; values stand
 * in quotes too, so that each rule says which of the quoted texts is the name. Sources: the error codes' own templates
 * (Marketo: error-codes), and replies that other integrations have recorded.
 */
const RULES: readonly Rule[] = [
  { pattern: /^(?:invalid data: )?invalid value for field '(?<name>.+?)' and value/i, kind: 'field' },
  { pattern: /^invalid value '.*'\. required of type '(?<name>[^']+)'/is, kind: 'type' },
  { pattern: /(?:^|\W)(?:lookup )?field '(?<name>[^']+)' (?:is )?not (?:found|supported)/i, kind: 'field' },
  { pattern: /missing (?:value for )?(?:the )?required parameter '(?<name>[^']+)'/i, kind: 'parameter' },
  { pattern: /missing (?:value for )?(?:the )?required (?:field|attribute) '(?<name>[^']+)'/i, kind: 'field' },
  { pattern: /^invalid fields? \[?'?(?<name>[^\]']+)'?\]?/i, kind: 'field' },
  { pattern: /access denied to partition '(?<name>[^']+)'/i, kind: 'partition' },
  { pattern: /program status '(?<name>[^']+)' not found/i, kind: 'program status' },
  { pattern: /(?:^|: )invalid value '.*' for (?<name>[A-Za-z]\w*)/i, kind: 'parameter' },
  { pattern: /(?:^|: )invalid (?<name>cookie|token) value/i, kind: 'parameter' },
  { pattern: /(?:^|: )invalid (?<name>[A-Za-z]\w*) '.*'(?: value| specified)?$/i, kind: 'parameter' },
  { pattern: /(?:^|: )(?<name>[a-z]\w*) '.*' is not allowed with/i, kind: 'parameter' },
  { pattern: /(?:^|: )at most \d+ .* (?:are|is) allowed in '(?<name>[^']+)'/i, kind: 'parameter' },
  { pattern: /(?:^|: )(?<name>[a-z][A-Za-z]*) not specified/i, kind: 'parameter' },
  { pattern: /'(?<name>[^']+)' cannot be blank/i, kind: 'field' },
  { pattern: /^(?<name>[\w ]{1,60}) cannot be blank/i, kind: 'field' },
  // One of many records: its id would make each letter a group of its own.
  {
    pattern:
      /(?:^|: )(?:the )?(?<name>lead|person|contact|opportunity|company|batch|export|job) (?:\[.*\]|'.*'|\d+) not found/i,
    kind: 'object',
  },
  { pattern: /(?:^|: )([A-Z][A-Za-z ]{1,40}) '(?<name>[^']+)' not found/i, kind: noun },
  { pattern: /(?:^|: )([A-Z][A-Za-z ]{1,40}) (?<name>\d+) not found/i, kind: noun },
  { pattern: /^(?<name>[A-Za-z][A-Za-z ]{1,40}) not (?:found|in list|in program)/i, kind: 'object' },
  { pattern: /(?:^|\W)(field|attribute|column|parameter) '(?<name>[^']+)'/i, kind: noun },
];

/** `expected` problems of an invalid message: the first path, without the position of the record. */
const PROBLEM_PATH = /^(?<path>[^:\n]{1,200}): expected /;

/**
 * Reads the name out of what Marketo said, so that letters about one field are one group whatever the values are.
 *
 * @example
 * subjectOf('1003', "Invalid value for field 'industry' and value '42'"); // { kind: 'field', name: 'industry' }
 */
function subjectOf(code: string, message: string): Subject | undefined {
  const said = message
    .slice(0, MAX_READ_LENGTH)
    .replace(GAVE_UP, '')
    .replace(/[‘’“”"`]/g, "'");
  if (code === 'invalidMessage') return placeOf(said);
  // "Requested resource not found": the path of the request, which no text of Marketo's names.
  if (code === '610') return undefined;
  for (const { pattern, kind, name } of RULES) {
    const match = pattern.exec(said);
    if (match === null) continue;
    const found = name ?? match.groups?.name?.trim() ?? '';
    if (found === '') continue;
    return { kind: typeof kind === 'string' ? kind : kind(match), name: shorten(found, MAX_NAME_LENGTH) };
  }
  return undefined;
}

function placeOf(problems: string): Subject | undefined {
  const path = PROBLEM_PATH.exec(problems)?.groups?.path;
  return path === undefined
    ? undefined
    : { kind: 'place', name: shorten(path.replace(/\[\d+\]/g, '[]'), MAX_NAME_LENGTH) };
}

export type { Subject };
export { subjectOf };
