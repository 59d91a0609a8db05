/** What is read of Stryker's JSON report (mutation-testing-report-schema). */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Both from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

interface Score {
  readonly room: string;
  readonly mutants: number;
  readonly killed: number;
  /** Ran on without end: a test noticed, by never coming back. */
  readonly timedOut: number;
  readonly survived: number;
  /** No test runs this code at all. */
  readonly uncovered: number;
  /** Killed or timed out, of all. */
  readonly share: number;
}

/** Not mutants: texts left alone on purpose, and what does not run at all. */
const NO_MUTANTS: ReadonlySet<string> = new Set(['Ignored', 'CompileError', 'RuntimeError']);

function scoreOf(room: string, report: Report): Score {
  const all = Object.values(report.files)
    .flatMap(({ mutants }) => mutants)
    .filter(({ status }) => !NO_MUTANTS.has(status));
  const count = (status: string): number => all.filter((one) => one.status === status).length;
  const [killed, timedOut] = [count('Killed'), count('Timeout')];
  return {
    room,
    mutants: all.length,
    killed,
    timedOut,
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    share: all.length === 0 ? 1 : (killed + timedOut) / all.length,
  };
}

/** A line for each mutant that no test noticed: place, what was there, what stood there instead. */
function linesOf(report: Report): string[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map((mutant) => {
        const { line, column } = mutant.location.start;
        const what = `${short(textOf(source, mutant))} => ${short(mutant.replacement ?? '')}`;
        return `${mutant.status} ${path}:${line}:${column} ${mutant.mutatorName}: ${what}`;
      }),
  );
}

function textOf(source: string, { location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const cut = lines.map((line, index) => (index === last ? line.slice(0, end.column - 1) : line));
  return cut.map((line, index) => (index === 0 ? line.slice(start.column - 1) : line)).join(' ');
}

function short(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 90 ? `${flat.slice(0, 60)} ... ${flat.slice(-25)}` : flat;
}

function tableOf(scores: readonly Score[]): string {
  const rows = scores.map(({ room, mutants, killed, timedOut, survived, uncovered, share }) =>
    [room, mutants, killed, timedOut, survived, uncovered, `${(100 * share).toFixed(1)} %`].join(' | '),
  );
  const head = ['room', 'mutants', 'killed', 'timed out', 'survived', 'not covered', 'caught'];
  return [head.join(' | '), head.map(() => '---').join(' | '), ...rows].map((row) => `| ${row} |`).join('\n');
}

export type { Report, Score };
export { linesOf, scoreOf, tableOf };
