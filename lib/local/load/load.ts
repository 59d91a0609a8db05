import { createPublisher } from '../../publisher/publisher.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { appendAudit } from '../dead-letters/records.ts';
import type { CliIo } from '../io.ts';
import { createProgress, note, print } from '../io.ts';
import { printableJson } from '../print.ts';
import type { VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';
import { checkFile, type FileCheck } from './check-file.ts';
import { type ColumnMap, type ColumnsReading, readColumns } from './columns.ts';
import { type Destination, type DestinationOptions, destinationOf } from './destination.ts';
import { type FileHeader, readHeader } from './file-header.ts';
import { createDescribeFile, type KnownFields } from './known-fields.ts';
import { chooseLane, type Lane, type LaneChoice } from './lane.ts';
import type { LoadFile } from './load-messages.ts';
import { loadDigest, writeLoadState } from './load-state.ts';
import { publishFile } from './publish-file.ts';
import type { Delimiter } from './read-rows.ts';
import { createRejects } from './rejects.ts';
import { renderPreview, renderRejects } from './render-load.ts';
import { startingState } from './starting-state.ts';

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
interface Checked {
  readonly job: LoadJob;
  readonly file: LoadFile;
  readonly reading: ColumnsReading;
  readonly check: FileCheck;
  readonly lane: LaneChoice;
  readonly rejectsPath?: string;
  /** What this load is known by. */
  readonly load: string;
}

/** Checks a file to its end, then publishes it. */
async function load(job: LoadJob, io: CliIo, run: VerbRun): Promise<ExitName> {
  const destination = destinationOf(job.destination);
  const lane = chooseLane(run.target, job.lane);
  const header = await readHeader(job.path, job.name, job.delimiter);
  const known = await knownFields(job, destination, io, run);
  const reading = readColumns(header.header, job.maps, destination, known);
  if (reading.problems.length > 0) throw failed('usage', `${job.name}: ${reading.problems.join(`\n${job.name}: `)}`);
  const file = loadFileOf(job, destination, header, reading, known);
  const checked = await check(job, file, header, reading, lane, io, run);
  if (checked === undefined) return 'interrupted';
  if (checked.check.rows === 0) {
    note(io, `${job.name} has no row below its header: there is nothing to load.`);
    return 'nothing';
  }
  note(io, renderPreview({ ...checked, ...file, destination: destination.name }));
  if (checked.check.rejected > 0) note(io, renderRejects(checked.check, checked.rejectsPath));
  if (lane.remark !== undefined) note(io, lane.remark);
  return job.isDryRun ? dryRun(checked, io, run) : publish(checked, io, run);
}

/** The fields of the subscription, where anybody knows them. */
async function knownFields(
  { fields, name }: LoadJob,
  { object, keysOnly }: Destination,
  io: CliIo,
  { target }: VerbRun,
): Promise<KnownFields | undefined> {
  if (keysOnly) return undefined;
  const source = fields === undefined ? target.fields : createDescribeFile(fields.path, fields.name);
  const answer = (await source?.fieldsOf(object)) ?? { kind: 'unknown', why: 'this relay keeps none' };
  if (answer.kind === 'known') return answer.known;
  note(
    io,
    `The columns of ${name} are not checked against the subscription's fields: ${answer.why}. --fields FILE checks them against a saved reply of Describe; else Marketo says what is wrong, in dead letters.`,
  );
  return undefined;
}

function loadFileOf(
  { path, name, empty }: LoadJob,
  destination: Destination,
  { header, delimiter }: FileHeader,
  { columns }: ColumnsReading,
  known: KnownFields | undefined,
): LoadFile {
  const plan = { destination, columns, width: header.length, empty, ...(known === undefined ? {} : { known }) };
  return { path, name, delimiter, plan };
}

async function check(
  job: LoadJob,
  file: LoadFile,
  { header }: FileHeader,
  reading: ColumnsReading,
  lane: LaneChoice,
  io: CliIo,
  { interrupted }: VerbRun,
): Promise<Checked | undefined> {
  const progress = createProgress(io);
  const rejects = createRejects({ path: job.rejectsPath, header, delimiter: file.delimiter });
  try {
    const onProgress = (rows: number): void => progress.show(`Checked ${formatCount(rows)} rows`);
    const done = await checkFile({ file, rejects, stop: interrupted, onProgress });
    progress.clear();
    if (done === undefined) return undefined;
    const rejectsPath = job.keepsRejects ? await rejects.keep() : undefined;
    const columns = reading.columns.map(({ index, field }) => [index, field]);
    const way = [file.plan.destination.message([], {}), columns, job.empty, file.delimiter];
    const named = { load: loadDigest(done.end.digest, way), ...(rejectsPath === undefined ? {} : { rejectsPath }) };
    return { job, file, reading, check: done, lane, ...named };
  } finally {
    progress.clear();
    await rejects.drop();
  }
}

async function dryRun(checked: Checked, io: CliIo, { json }: VerbRun): Promise<ExitName> {
  const { check: done } = checked;
  const data = { dryRun: true, ...dataOf(checked), preview: done.preview };
  const text = `Nothing was published: ${plural(done.records, 'record')} would go in ${plural(done.messages, 'message')}.`;
  await print(io, json ? `${printableJson(data)}\n` : `${text}\n`);
  return done.rejected > 0 ? 'failed' : 'done';
}

async function publish(checked: Checked, io: CliIo, run: VerbRun): Promise<ExitName> {
  const { job, check: done, lane, file } = checked;
  const relay = `${run.target.kind} ${run.target.name}`;
  const state = await startingState({ ...job, load: checked.load, relay, rows: done.rows, nowMs: io.clock.nowMs() });
  const audit = { verb: 'load', relay, file: job.path, load: checked.load, lane: lane.lane } as const;
  await writeLoadState(job.statePath, state);
  await appendAudit(io, job.stateFolder, { ...audit, event: 'started', counts: { records: done.records } });
  const progress = createProgress(io);
  const end = await publishFile({
    file,
    digest: done.end.digest,
    state,
    publisher: createPublisher({ queueUrl: lane.queueUrl, client: run.target.clients.sqs }),
    ratePerSecond: job.ratePerSecond,
    clock: io.clock,
    stop: run.interrupted,
    save: (next) => writeLoadState(job.statePath, next),
    onProgress: ({ records }) =>
      progress.show(`Published ${formatCount(records)} of ${formatCount(done.records)} records`),
  });
  progress.clear();
  const { messages, records, throughRow } = end.state;
  const counts = { messages, records, throughRow, rejected: done.rejected };
  await appendAudit(io, job.stateFolder, { ...audit, event: 'ended', counts });
  const said = `Published ${plural(records, 'record')} in ${plural(messages, 'message')} to ${run.target.name}, lane ${lane.lane}.`;
  const data = { ...dataOf(checked), end: end.kind, published: { messages, records, throughRow } };
  await print(io, run.json ? `${printableJson(data)}\n` : `${said}\n`);
  if (end.kind === 'done') return done.rejected > 0 ? 'failed' : 'done';
  const why = end.kind === 'stopped' ? end.why : 'interrupted';
  note(io, `Ended after row ${formatCount(throughRow)}: ${why}. What is published stays; --resume goes on from there.`);
  return end.kind === 'interrupted' ? 'interrupted' : 'failed';
}

function dataOf({ job, check: done, reading, lane, load: known, rejectsPath }: Checked) {
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

export type { LoadJob };
export { load };
