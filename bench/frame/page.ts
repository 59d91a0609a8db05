import type { Budget } from '../budgets.ts';
import type { Recording } from './record.ts';
import { FIGURE_HEAD, figureRows, markdownTable } from './render.ts';
import type { Plot } from './types.ts';

type Budgets = Readonly<Record<string, Budget>>;

/** Where the plots are, seen from the root. */
const PLOT_FOLDER = 'docs/images/bench';

/**
 * Puts a text between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. What stands outside is written by people.
 *
 * @throws Error when the page has no such place.
 */
function fillPlace(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from < 0 || to < from) throw new Error(`The page has no place ${open} ... ${close}: add it.`);
  return `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
}

/** A scenario's part of `docs/performance.md`. */
function renderRecording({ scenario, ranOn, machine, report }: Recording, budgets: Budgets): string {
  return [
    markdownTable({ head: FIGURE_HEAD, rows: figureRows(scenario, report, budgets) }),
    ...report.tables.map((table) => `${table.title}:\n\n${markdownTable(table)}`),
    ...report.plots.map((plot) => picture(plot, 'images/bench')),
    `\`npm run bench -- ${scenario}\`, run on ${ranOn}: ${machine}.`,
  ].join('\n\n');
}

/** Light or dark, as whoever reads it has it. */
function picture({ name, title }: Plot, folder: string): string {
  return [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${folder}/${name}-dark.svg">`,
    `  <img src="${folder}/${name}-light.svg" width="720" alt="${title}">`,
    '</picture>',
  ].join('\n');
}

/** The figures that the README shows, each with its scenario, and the plots beneath. */
function renderSummary(
  recordings: ReadonlyMap<string, Recording>,
  budgets: Budgets,
  shown: { readonly figures: readonly string[]; readonly plots: readonly string[] },
): string {
  const rows = shown.figures.flatMap((full) => {
    const [scenario = '', ...rest] = full.split('.');
    const recording = recordings.get(scenario);
    const row = recording && figureRows(scenario, recording.report, budgets).find(([name]) => name === rest.join('.'));
    return row === undefined ? [] : [[row[3] ?? '', row[1] ?? '', row[2] ?? '', `\`${scenario}\``]];
  });
  const plots = [...recordings.values()].flatMap(({ report }) => report.plots);
  const pictures = shown.plots.flatMap((name) => plots.filter((plot) => plot.name === name));
  return [
    markdownTable({ head: ['what', 'measured', 'budget', 'bench'], rows }),
    ...pictures.map((plot) => picture(plot, PLOT_FOLDER)),
  ].join('\n\n');
}

export { fillPlace, PLOT_FOLDER, renderRecording, renderSummary };
