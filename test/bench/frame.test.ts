import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUDGETS, README_SHOWS } from '../../bench/budgets.ts';
import { faultsOf } from '../../bench/frame/check.ts';
import { readCommand, renderHelp } from '../../bench/frame/command-line.ts';
import { fillPlace, PLOT_FOLDER, renderRecording, renderSummary } from '../../bench/frame/page.ts';
import { loadRecordings } from '../../bench/frame/record.ts';
import { markdownTable, renderReport } from '../../bench/frame/render.ts';
import type { Report, Scenario } from '../../bench/frame/types.ts';
import { SCENARIOS } from '../../bench/scenarios.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const report: Report = {
  figures: [{ name: 'lost', value: 3, unit: 'records', means: 'records lost' }],
  tables: [],
  plots: [],
  broken: [],
};
const scenario = (name: string, options = {}): Scenario => ({
  name,
  question: 'What?',
  seconds: 1,
  options,
  needsPackages: false,
  run: async () => report,
});

describe('the command line of the benches', () => {
  const scenarios = [scenario('one', { workers: '10' }), scenario('two')];

  it('runs all without a name, and those that are named in the order of the page', () => {
    expect(readCommand([], scenarios).scenarios.map(({ scenario: { name } }) => name)).toEqual(['one', 'two']);
    const named = readCommand(['two', 'one', '--check', '--json'], scenarios);
    expect(named.scenarios.map(({ scenario: { name } }) => name)).toEqual(['one', 'two']);
    expect(named).toMatchObject({ check: true, json: true, write: false });
  });

  it('sets an option of the scenario that has it', () => {
    const [one, two] = readCommand(['--set', 'workers=20'], scenarios).scenarios;
    expect([one?.options, two?.options]).toEqual([{ workers: '20' }, {}]);
  });

  it.each([
    [['three'], 'There is no bench "three". Give some of: one, two.'],
    [['one', '--set', 'slots=1'], '--set is "slots=1", and must be NAME=VALUE with one of: workers.'],
    [['one', '--set', 'workers'], '--set is "workers", and must be NAME=VALUE with one of: workers.'],
    [['one', '--set', 'workers=2', '--check'], '--set measures something else than the budgets'],
  ])('refuses %j and says why', (argv, message) => {
    expect(() => readCommand(argv, scenarios)).toThrow(message);
  });

  it('names every scenario and its options in its help', () => {
    expect(renderHelp(scenarios)).toMatch(/one .* About 1 s\.\n +--set workers=10\n +two/);
  });
});

describe('the check of a run', () => {
  it('says nothing of what is within its budget', () => {
    expect(faultsOf('one', report, { 'one.lost': { most: 3 } }, new Map())).toEqual([]);
    expect(faultsOf('one', report, { 'one.lost': { least: 3 } }, new Map())).toEqual([]);
  });

  it('tells the old and the new value of a figure beyond it', () => {
    expect(faultsOf('one', report, { 'one.lost': { most: 2 } }, new Map([['one.lost', 1.5]]))).toEqual([
      'one.lost is 3 records, recorded as 1.5; the budget is at most 2',
    ]);
    expect(faultsOf('one', report, { 'one.lost': { least: 4 } }, new Map())).toEqual([
      'one.lost is 3 records, never recorded; the budget is at least 4',
    ]);
  });

  it('finds what is no number, a figure without a budget, a budget without a figure, and a broken promise', () => {
    const nothing: Report = { ...report, figures: [{ name: 'lost', value: Number.NaN, unit: '', means: '' }] };
    expect(faultsOf('one', nothing, { 'one.lost': { most: 2 } }, new Map())).toHaveLength(1);
    expect(faultsOf('one', report, {}, new Map())).toEqual(['one.lost has no budget: give it one in bench/budgets.ts']);
    expect(faultsOf('one', { ...report, figures: [] }, { 'one.lost': { most: 2 }, 'two.x': {} }, new Map())).toEqual([
      'one.lost has a budget, and was not measured',
    ]);
    const broken = { ...report, figures: [], broken: ['a record was lost'] };
    expect(faultsOf('one', broken, {}, new Map())).toEqual(['one: a record was lost']);
  });
});

describe('the pages that a run writes', () => {
  it('keep what people wrote around the places', () => {
    const page = 'before\n<!-- bench:one -->\nold\n<!-- /bench:one -->\nafter\n';
    expect(fillPlace(page, 'one', 'new')).toBe('before\n<!-- bench:one -->\nnew\n<!-- /bench:one -->\nafter\n');
    expect(() => fillPlace(page, 'two', 'new')).toThrow('no place <!-- bench:two -->');
  });

  it('show a missed budget as missed', () => {
    expect(renderReport('one', report, { 'one.lost': { most: 2 } }, 1)).toContain('at most 2 (missed)');
    expect(renderReport('one', report, { 'one.lost': { most: 3 } }, 1)).not.toContain('missed');
  });

  it('have tables with numbers to the right', () => {
    expect(markdownTable({ head: ['a', 'b'], rows: [['x|y', 12_345]] })).toBe(
      '| a | b |\n| --- | ---: |\n| x\\|y | 12,345 |',
    );
  });
});

describe('what was recorded', () => {
  const recordings = loadRecordings();
  const measured = [...recordings].flatMap(([name, recording]) =>
    recording.report.figures.map((figure) => `${name}.${figure.name}`),
  );

  it('is there for every scenario, and has each figure of the budgets and no other', () => {
    expect([...recordings.keys()].sort()).toEqual(SCENARIOS.map(({ name }) => name).sort());
    expect(measured.toSorted()).toEqual(Object.keys(BUDGETS).sort());
  });

  it('kept every promise', () => {
    expect([...recordings].flatMap(([, recording]) => recording.report.broken)).toEqual([]);
  });

  it.each([...recordings])(
    'of %s is what docs/performance.md shows, and nobody changed it by hand',
    (name, recording) => {
      const page = read('docs/performance.md');
      expect(page).toBe(fillPlace(page, name, renderRecording(recording, BUDGETS)));
    },
  );

  it('is what the README shows', () => {
    const page = read('README.md');
    expect(page).toBe(fillPlace(page, 'summary', renderSummary(recordings, BUDGETS, README_SHOWS)));
    expect(README_SHOWS.figures.filter((name) => !measured.includes(name))).toEqual([]);
  });

  it('has its plots, light and dark, each an SVG document, and no others', () => {
    const plots = [...recordings].flatMap(([, recording]) => recording.report.plots.map(({ name }) => name));
    const files = plots.flatMap((name) => [`${name}-dark.svg`, `${name}-light.svg`]);
    expect(readdirSync(join(ROOT, PLOT_FOLDER)).sort()).toEqual(files.toSorted());
    for (const file of files) expect(read(`${PLOT_FOLDER}/${file}`)).toMatch(/^<svg [^>]*xmlns="[\s\S]*<\/svg>\n$/);
  });
});
