import type { OptionValues } from './types.ts';

/**
 * A whole number among the options of a scenario.
 *
 * @throws RangeError that names the option, its value, and what it must be.
 */
function wholeNumber(options: OptionValues, name: string): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} is "${options[name]}", and must be a whole number of 1 or more.`);
  }
  return value;
}

/**
 * Two numbers with a dash between, or one, among the options of a scenario.
 *
 * @throws RangeError likewise.
 */
function span(options: OptionValues, name: string): readonly [low: number, high: number] {
  const [low = Number.NaN, high = low] = (options[name] ?? '').split('-').map(Number);
  if (!(low >= 0 && high >= low)) throw new RangeError(`${name} is "${options[name]}", and must be LOW-HIGH.`);
  return [low, high];
}

export { span, wholeNumber };
