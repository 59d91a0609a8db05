import type { Budget } from '../budgets.ts';
import { format, isWithin, renderBudget } from './check.ts';
import type { Report, Table } from './types.ts';

/** The figures of a run as rows: name, value, budget, and what it means. */
function figureRows(
  scenario: string,
  { figures }: Report,
  budgets: Readonly<Record<string, Budget>>,
): readonly (readonly string[])[] {
  return figures.map(({ name, value, unit, means }) => {
    const budget = budgets[`${scenario}.${name}`];
    const beyond = budget !== undefined && !isWithin(value, budget) ? ' (missed)' : '';
    return [name, `${format(value)}${unit === '' ? '' : ` ${unit}`}`, `${renderBudget(budget ?? {})}${beyond}`, means];
  });
}

const FIGURE_HEAD = ['figure', 'value', 'budget', 'what it is'] as const;

function renderReport(
  scenario: string,
  report: Report,
  budgets: Readonly<Record<string, Budget>>,
  seconds: number,
): string {
  const figures: Table = { title: '', head: FIGURE_HEAD, rows: figureRows(scenario, report, budgets) };
  return [
    `${scenario}, ${seconds.toFixed(1)} s`,
    renderTable(figures),
    ...report.tables.map((table) => `${table.title}\n${renderTable(table)}`),
    ...report.broken.map((line) => `BROKEN: ${line}`),
  ].join('\n\n');
}

function renderTable({ head, rows }: Table): string {
  const cells = [head, ...rows].map((row) => row.map(cellText));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) => `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function markdownTable({ head, rows }: Pick<Table, 'head' | 'rows'>): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  // Numbers stand to the right, so that they can be compared down a column.
  const rules = head.map((_, column) => (rows.every((row) => typeof row[column] === 'number') ? '---:' : '---'));
  return [line(head), `| ${rules.join(' | ')} |`, ...rows.map((row) => line(row.map(cellText)))].join('\n');
}

function cellText(cell: string | number): string {
  return typeof cell === 'number' ? format(cell) : cell;
}

export { FIGURE_HEAD, figureRows, markdownTable, renderReport, renderTable };
