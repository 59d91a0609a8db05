import { parseArgs } from 'node:util';
import type { OptionValues, Scenario } from './types.ts';

interface Command {
  readonly scenarios: readonly { readonly scenario: Scenario; readonly options: OptionValues }[];
  readonly check: boolean;
  readonly write: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Reads the arguments of `npm run bench --`.
 *
 * @throws RangeError that names the argument and what it may be.
 * @example
 * readCommand(['rate', '--set', 'workers=20', '--json'], SCENARIOS);
 */
function readCommand(argv: readonly string[], scenarios: readonly Scenario[]): Command {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  const names = scenarios.map(({ name }) => name);
  for (const name of positionals) {
    if (!names.includes(name)) throw new RangeError(`There is no bench "${name}". Give some of: ${names.join(', ')}.`);
  }
  const { check, write, json, help, set } = values;
  if (set.length > 0 && (write || check)) {
    throw new RangeError('--set measures something else than the budgets and the page are about: leave it out.');
  }
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const changes = set.map((text) => changeOf(text, chosen));
  return {
    scenarios: chosen.map((scenario) => ({
      scenario,
      options: {
        ...scenario.options,
        ...Object.fromEntries(changes.filter(([name]) => Object.hasOwn(scenario.options, name))),
      },
    })),
    check,
    write,
    json,
    help,
  };
}

function changeOf(text: string, chosen: readonly Scenario[]): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  const known = [...new Set(chosen.flatMap(({ options }) => Object.keys(options)))];
  const name = text.slice(0, at);
  if (at < 1 || !known.includes(name)) {
    throw new RangeError(`--set is "${text}", and must be NAME=VALUE with one of: ${known.join(', ') || 'none here'}.`);
  }
  return [name, text.slice(at + 1)];
}

function renderHelp(scenarios: readonly Scenario[]): string {
  const lines = scenarios.map(({ name, question, seconds, options }) => {
    const settable = Object.entries(options).map(([option, value]) => `${option}=${value}`);
    const set = settable.length > 0 ? `\n            --set ${settable.join(' ')}` : '';
    return `  ${name.padEnd(9)} ${question} About ${seconds} s.${set}`;
  });
  return [
    'npm run bench -- [NAME...] [--check] [--write] [--json] [--set NAME=VALUE]...',
    '',
    '  --check   fail when a figure is beyond its budget (bench/budgets.ts)',
    '  --write   put figures and plots into docs/performance.md and the README',
    '  --json    print one JSON document instead of tables',
    '',
    ...lines,
  ].join('\n');
}

export type { Command };
export { readCommand, renderHelp };
