import type { Command } from 'commander';
import { isEmptyFilter, type LetterFilter } from '../../../dead-letter/triage/filter.ts';
import type { CliIo } from '../../io.ts';
import { failed } from '../../verb-failure.ts';
import { readInstant } from '../instants.ts';

interface FilterOptions {
  readonly code?: readonly string[];
  readonly operation?: readonly string[];
  readonly id?: readonly string[];
  readonly key?: readonly string[];
  readonly text?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly all?: boolean;
}

/** Codes and operations hold no comma; ids, keys and texts may. */
const split = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
];
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addFilterOptions(command: Command): Command {
  return command
    .option('--code <code>', 'letters of a code; again, or with commas, for more', split)
    .option('--operation <name>', 'letters of an operation, such as syncLeads', split)
    .option('--since <time>', 'written at this time or later: 2h, yesterday, 2027-01-31, 2027-01-31T12:00Z')
    .option('--until <time>', 'written at this time or earlier')
    .option('--id <id>', 'of one relay id or SQS message id', collect)
    .option('--key <key>', 'that change a record: ann@example.com, or lead:email:ann@example.com', collect)
    .option('--text <text>', 'that hold a text anywhere, in any case', collect)
    .option('--all', 'all letters');
}

/**
 * The filter that the options say, its times fixed now.
 *
 * @param need - what an empty filter means: `anything`, or a mistake that names the verb
 */
function readFilter(options: FilterOptions, io: CliIo, need: 'anything' | 'resend' | 'drop'): LetterFilter {
  const nowMs = io.clock.nowMs();
  const instant = (name: 'since' | 'until', edge: 'start' | 'end'): number | undefined => {
    const text = options[name];
    if (text === undefined) return undefined;
    const reading = readInstant(text, edge, nowMs);
    if (!reading.ok) throw failed('usage', `--${name} ${reading.problem}`);
    return reading.atMs;
  };
  const sinceMs = instant('since', 'start');
  const untilMs = instant('until', 'end');
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs) {
    throw failed(
      'usage',
      `--since ${options.since} is later than --until ${options.until}: nothing can be between them`,
    );
  }
  const lists = { codes: options.code, operations: options.operation, ids: options.id, keys: options.key };
  const filter: LetterFilter = {
    ...Object.fromEntries(Object.entries({ ...lists, texts: options.text }).filter(([, value]) => value !== undefined)),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
  for (const [name, value] of [...Object.entries(lists), ['texts', options.text] as const]) {
    if (value !== undefined && (value.length === 0 || value.some((one) => one.trim() === ''))) {
      throw failed('usage', `--${name.slice(0, -1)} is empty: give a value, or leave the option out`);
    }
  }
  if (options.all === true && !isEmptyFilter(filter)) {
    throw failed('usage', '--all and a filter contradict each other: give one of them');
  }
  if (need !== 'anything' && options.all !== true && isEmptyFilter(filter)) {
    const remedy = 'give --code, --operation, --since, --until, --id, --key or --text, or --all if all are meant';
    throw failed('usage', `${need} needs to know which letters: ${remedy}`);
  }
  return filter;
}

/** For audit lines and reports. */
function describeFilter({ codes, operations, ids, keys, texts, sinceMs, untilMs }: LetterFilter): string {
  const list = (name: string, values: readonly string[] | undefined): string[] =>
    values === undefined ? [] : [`${name} ${values.join(' or ')}`];
  const parts = [
    ...list('code', codes),
    ...list('operation', operations),
    ...list('id', ids),
    ...list('key', keys),
    ...list('text', texts),
    ...(sinceMs === undefined ? [] : [`since ${new Date(sinceMs).toISOString()}`]),
    ...(untilMs === undefined ? [] : [`until ${new Date(untilMs).toISOString()}`]),
  ];
  return parts.length === 0 ? 'all' : parts.join(', ');
}

export type { FilterOptions };
export { addFilterOptions, describeFilter, readFilter };
