import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { contextNames } from '../../lib/cloud/context.ts';
import { createCommand } from '../../lib/local/cli/command.ts';
import type { CliIo } from '../../lib/local/io.ts';
import { createProgram } from '../../lib/local/program.ts';
import { commandLines, words } from './code-blocks.ts';
import { readDoc } from './source.ts';

const { scripts } = JSON.parse(readDoc('package.json')) as { scripts: Record<string, string> };
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(import.meta.dirname, '../../docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const lines = PAGES.flatMap((page) => commandLines(page).map((line) => ({ page, line })));

const program = createProgram({ version: '0', env: {}, stdout: {}, stderr: {}, end: () => {} } as unknown as CliIo);

/** Words of the lines that begin so, what follows `--` of npm alone. */
function commandsOf(pattern: RegExp) {
  return lines.flatMap(({ page, line }) => {
    const match = pattern.exec(line);
    return match === null ? [] : [{ page, line, rest: words(line.slice(match[0].length)) }];
  });
}

/** Options that the command or one above it does not have, and verbs that there are not. */
function unknownWords(command: Command, rest: readonly string[]): readonly string[] {
  const unknown: string[] = [];
  const options = [...command.options];
  let at = command;
  let isValue = false;
  for (const word of rest) {
    if (isValue) {
      isValue = false;
    } else if (word.startsWith('--')) {
      const [name = '', value] = word.split('=');
      const option = options.find(({ long }) => long === name);
      if (option === undefined && name !== '--help') unknown.push(name);
      isValue = option?.required === true && value === undefined;
    } else {
      const verb = at.commands.find((one) => one.name() === word);
      if (verb !== undefined) options.push(...verb.options);
      // In a sentence a verb may be left out: `relay ...`, `relay VERB`.
      else if (at.commands.length > 0 && !/^(?:\.\.\.|[A-Z]+)$/.test(word)) unknown.push(word);
      at = verb ?? at;
    }
  }
  return unknown;
}

describe('the commands in the pages', () => {
  it('run scripts that there are', () => {
    const run = commandsOf(/^(?:PATH=\S+ )?npm run (?:--silent )?/);
    expect(run.length).toBeGreaterThan(30);
    expect(
      run.filter(({ rest: [name = ''] }) => !(name in scripts)).map(({ page, line }) => `${page}: ${line}`),
    ).toEqual([]);
  });

  it('start the local relay with options that it has', () => {
    const start = commandsOf(/^npm start (?:--silent )?--(?=\s|$)/);
    expect(start.length).toBeGreaterThan(4);
    const wrong = start.flatMap(({ page, rest }) =>
      unknownWords(createCommand(), rest).map((word) => `${page}: ${word}`),
    );
    expect(wrong).toEqual([]);
  });

  it('give the command line verbs and options that it has', () => {
    const relay = commandsOf(/^(?:npm run (?:--silent )?relay --|(?:npx )?relay)(?=\s)/);
    expect(relay.length).toBeGreaterThan(20);
    const wrong = relay.flatMap(({ page, line, rest }) =>
      unknownWords(program, rest).map((word) => `${page}: ${line}: ${word}`),
    );
    expect(wrong).toEqual([]);
  });

  it('give the app context values that it knows', () => {
    const given = lines.flatMap(({ page, line }) =>
      [...line.matchAll(/-c (\w+)=/g)].map(([, name = '']) => ({ page, name })),
    );
    expect(given.length).toBeGreaterThan(3);
    expect(given.filter(({ name }) => !contextNames().includes(name) && name !== 'name')).toEqual([]);
  });
});
