import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Recorded } from './check.ts';
import type { Report } from './types.ts';

/** A run that was written down: the page shows it, and `--check` compares with it. */
interface Recording {
  readonly scenario: string;
  /** ISO date. */
  readonly ranOn: string;
  readonly machine: string;
  readonly report: Report;
}

const FOLDER = join(import.meta.dirname, '../recorded');

function record(scenario: string, report: Report, now: Date): Recording {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() || process.arch}), Node ${process.version}`;
  return { scenario, ranOn: now.toISOString().slice(0, 10), machine, report };
}

function saveRecording(recording: Recording): void {
  writeFileSync(join(FOLDER, `${recording.scenario}.json`), `${JSON.stringify(recording, undefined, 2)}\n`);
}

/** All that were ever written, by scenario. */
function loadRecordings(): ReadonlyMap<string, Recording> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const recordings = files.map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recording);
  return new Map(recordings.map((recording) => [recording.scenario, recording]));
}

function recordedFigures(recordings: ReadonlyMap<string, Recording>): Recorded {
  return new Map(
    [...recordings].flatMap(([scenario, { report }]) =>
      report.figures.map(({ name, value }) => [`${scenario}.${name}`, value] as const),
    ),
  );
}

export type { Recording };
export { loadRecordings, record, recordedFigures, saveRecording };
