/** One number that a run measured. Each has a budget in `bench/budgets.ts`, under `SCENARIO.NAME`. */
interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What was measured, in a few words, for the table and the page. */
  readonly means: string;
}

/** What else a run found, for readers: it has no budget. */
interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number | string, y: number])[];
}

interface Plot {
  /** Of the file, without the scheme of colours. */
  readonly name: string;
  readonly title: string;
  readonly kind: 'line' | 'bar';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line across, such as a limit. */
  readonly mark?: { readonly name: string; readonly y: number };
}

interface Axis {
  readonly name: string;
  readonly scale: 'linear' | 'log' | 'names';
}

interface Report {
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** Promises that the run saw broken, whatever the figures are: a record lost, a limit passed. */
  readonly broken: readonly string[];
}

type OptionValues = Readonly<Record<string, string>>;

/**
 * What `npm run bench` can run. Each compares two things in one run, so that its figures hold on any machine; where one
 * is a time, the machine is recorded with it.
 */
interface Scenario {
  readonly name: string;
  /** What is asked, in one sentence, for `--help` and the page. */
  readonly question: string;
  /** How long a run takes, more or less. */
  readonly seconds: number;
  /** Its options and their defaults, set with `--set NAME=VALUE`. */
  readonly options: OptionValues;
  /** Whether it needs the packages of `bench/package.json`. */
  readonly needsPackages: boolean;
  run(options: OptionValues): Promise<Report>;
}

export type { Axis, Figure, OptionValues, Plot, Report, Scenario, Series, Table };
