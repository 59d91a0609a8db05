import type { Budget } from '../budgets.ts';
import type { Report } from './types.ts';

/** What was recorded by the last `--write`, by the figure's name. */
type Recorded = ReadonlyMap<string, number>;

/**
 * What is wrong with a run: figures beyond their budgets, with the recorded value and the new one; figures without a
 * budget and budgets without a figure; and every promise that the run saw broken.
 */
function faultsOf(
  scenario: string,
  { figures, broken }: Report,
  budgets: Readonly<Record<string, Budget>>,
  recorded: Recorded,
): readonly string[] {
  const own = Object.keys(budgets).filter((name) => name.startsWith(`${scenario}.`));
  const measured = new Set(figures.map(({ name }) => `${scenario}.${name}`));
  return [
    ...broken.map((line) => `${scenario}: ${line}`),
    ...figures.flatMap(({ name, value, unit }) => {
      const full = `${scenario}.${name}`;
      const budget = budgets[full];
      if (budget === undefined) return [`${full} has no budget: give it one in bench/budgets.ts`];
      if (isWithin(value, budget)) return [];
      const old = recorded.get(full);
      const before = old === undefined ? 'never recorded' : `recorded as ${format(old)}`;
      return [`${full} is ${format(value)} ${unit}, ${before}; the budget is ${renderBudget(budget)}`];
    }),
    ...own.filter((name) => !measured.has(name)).map((name) => `${name} has a budget, and was not measured`),
  ];
}

/** What is no number is within no budget. */
function isWithin(value: number, { most, least }: Budget): boolean {
  return Number.isFinite(value) && value <= (most ?? value) && value >= (least ?? value);
}

function renderBudget({ most, least }: Budget): string {
  const parts = [
    ...(least === undefined ? [] : [`at least ${format(least)}`]),
    ...(most === undefined ? [] : [`at most ${format(most)}`]),
  ];
  return parts.join(', ');
}

/** Four significant digits, whole numbers whole. */
function format(value: number): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(4));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

export type { Recorded };
export { faultsOf, format, isWithin, renderBudget };
