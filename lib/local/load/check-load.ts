import type { Lane } from '../../settings/lane.ts';
import { formatCount } from '../cli/layout.ts';
import { type CliIo, createProgress } from '../io.ts';
import type { VerbRun } from '../verb.ts';
import { checkFile, type FileCheck } from './check-file.ts';
import type { ColumnMap, ColumnsReading } from './columns.ts';
import type { DestinationOptions } from './destination.ts';
import type { FileHeader } from './file-header.ts';
import { createImportFile, type ImportFile } from './import-file.ts';
import type { LaneChoice } from './lane.ts';
import type { LoadFile } from './load-messages.ts';
import { loadDigest } from './load-state.ts';
import type { Delimiter } from './read-rows.ts';
import { createRejects } from './rejects.ts';

/** A load as the options say it. */
interface LoadJob {
  readonly path: string;
  /** As it was given, for the reader. */
  readonly name: string;
  readonly maps: readonly ColumnMap[];
  readonly destination: DestinationOptions;
  readonly empty: 'skip' | 'clear';
  readonly delimiter?: Delimiter;
  readonly fields?: { readonly path: string; readonly name: string };
  readonly lane?: Lane;
  readonly ratePerSecond: number;
  /** The file goes in whole, as one message that names it: in this bucket, or the relay's own. */
  readonly asFile?: { readonly bucket?: string };
  readonly rejectsPath: string;
  readonly keepsRejects: boolean;
  readonly statePath: string;
  readonly isDryRun: boolean;
  /** `first`: not where a load of this file was begun already. */
  readonly mode: 'first' | 'resume' | 'again';
  /** Of audit lines. */
  readonly stateFolder?: string;
}

/** What is known of a file once it has been read to its end. */
interface CheckedLoad {
  readonly job: LoadJob;
  readonly file: LoadFile;
  readonly reading: ColumnsReading;
  readonly check: FileCheck;
  readonly lane: LaneChoice;
  readonly rejectsPath?: string;
  /** Of a file that goes in whole: as it is to be imported. */
  readonly importFile?: ImportFile;
  /** What this load is known by. */
  readonly load: string;
}

/** Reads a file to its end, publishes nothing. Undefined when it was interrupted. */
async function checkLoad(
  job: LoadJob,
  file: LoadFile,
  { header }: FileHeader,
  reading: ColumnsReading,
  lane: LaneChoice,
  io: CliIo,
  { interrupted }: VerbRun,
): Promise<CheckedLoad | undefined> {
  const progress = createProgress(io);
  const importFile = job.asFile === undefined ? undefined : await createImportFile(reading.columns, io.clock.nowMs());
  const rejects = createRejects({ path: job.rejectsPath, header, delimiter: file.delimiter });
  try {
    const onProgress = (rows: number): void => progress.show(`Checked ${formatCount(rows)} rows`);
    const done = await checkFile({
      ...{ file, rejects, stop: interrupted, onProgress },
      ...(importFile && { onRow: importFile.add }),
    });
    progress.clear();
    if (done === undefined) {
      await importFile?.drop();
      return undefined;
    }
    const rejectsPath = job.keepsRejects ? await rejects.keep() : undefined;
    const columns = reading.columns.map(({ index, field }) => [index, field]);
    const way = [file.plan.destination.message([], {}), columns, job.empty, file.delimiter];
    const named = { load: loadDigest(done.end.digest, way), ...(rejectsPath === undefined ? {} : { rejectsPath }) };
    await importFile?.close();
    return { job, file, reading, check: done, lane, ...named, ...(importFile && { importFile }) };
  } finally {
    progress.clear();
    await rejects.drop();
  }
}

function dataOf({ job, check: done, reading, lane, load: known, rejectsPath }: CheckedLoad) {
  const { rows, records, messages, rejected, blank } = done;
  return {
    file: job.path,
    load: known,
    lane: lane.lane,
    columns: reading.columns.map(({ header, field }) => ({ column: header, field })),
    leftOut: reading.leftOut,
    ...{ rows, records, messages, rejected, blank },
    ...(rejectsPath === undefined ? {} : { rejects: rejectsPath }),
  };
}

export type { CheckedLoad, LoadJob };
export { checkLoad, dataOf };
