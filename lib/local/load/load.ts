import { createPublisher } from '../../publisher/publisher.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { appendAudit } from '../dead-letters/records.ts';
import { type CliIo, createProgress, note, print } from '../io.ts';
import { printableJson } from '../print.ts';
import type { VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';
import type { FileCheck } from './check-file.ts';
import { type CheckedLoad, checkLoad, dataOf, type LoadJob } from './check-load.ts';
import { type ColumnsReading, readColumns } from './columns.ts';
import { type Destination, type DestinationOptions, destinationOf } from './destination.ts';
import { type FileHeader, readHeader } from './file-header.ts';
import { importDestinationOf } from './import-destination.ts';
import { createDescribeFile, type KnownFields } from './known-fields.ts';
import { chooseLane } from './lane.ts';
import type { LoadFile } from './load-messages.ts';
import { writeLoadState } from './load-state.ts';
import { publishFile } from './publish-file.ts';
import { publishImport } from './publish-import.ts';
import { placeOf, renderPreview, renderRejects } from './render-load.ts';
import { startingState } from './starting-state.ts';

/** Checks a file to its end, then publishes it. */
async function load(job: LoadJob, io: CliIo, run: VerbRun): Promise<ExitName> {
  const destination = job.asFile === undefined ? destinationOf(job.destination) : importDestinationOf(job.destination);
  if (job.asFile !== undefined && job.empty === 'clear') {
    throw failed('usage', '--empty clear: what an import does with an empty cell is for Marketo to say');
  }
  const lane = chooseLane(run.target, job.lane);
  const header = await readHeader(job.path, job.name, job.delimiter);
  const known = await knownFields(job, destination, io, run);
  const reading = readColumns(header.header, job.maps, destination, known);
  if (reading.problems.length > 0) throw failed('usage', `${job.name}: ${reading.problems.join(`\n${job.name}: `)}`);
  const file = loadFileOf(job, destination, header, reading, known);
  const checked = await checkLoad(job, file, header, reading, lane, io, run);
  if (checked === undefined) return 'interrupted';
  if (checked.check.rows === 0) {
    note(io, `${job.name} has no row below its header: there is nothing to load.`);
    return 'nothing';
  }
  note(io, renderPreview({ ...checked, ...file, destination: destination.name }));
  if (checked.check.rejected > 0) note(io, renderRejects(checked.check, checked.rejectsPath));
  // A file is one message: nothing waits behind it.
  if (lane.remark !== undefined && job.asFile === undefined) note(io, lane.remark);
  if (job.asFile === undefined && isBetterAsFile(checked.check, job.destination)) note(io, ADVICE);
  try {
    if (job.isDryRun) return await dryRun(checked, io, run);
    return await (checked.importFile === undefined ? publish(checked, io, run) : publishImport(checked, io, run));
  } finally {
    await checked.importFile?.drop();
  }
}

/** From so many calls on, an import costs fewer of the day by far: a call a piece, and a question now and then. */
const ADVISED_CALLS = 100;
const ADVICE =
  'Each message is a call of the day. --as file imports this file by a few calls instead, in the time that Marketo takes: docs/files.md says what else differs.';

function isBetterAsFile({ messages }: FileCheck, { companies, program, status, list }: DestinationOptions): boolean {
  const canBe = companies !== true && list === undefined && (program === undefined || status !== undefined);
  return canBe && messages >= ADVISED_CALLS;
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

async function dryRun(checked: CheckedLoad, io: CliIo, { json }: VerbRun): Promise<ExitName> {
  const { check: done } = checked;
  const data = { dryRun: true, ...dataOf(checked), preview: done.preview };
  const text = `Nothing was published: ${plural(done.records, 'record')} would go ${placeOf(done, checked.importFile)}.`;
  await print(io, json ? `${printableJson(data)}\n` : `${text}\n`);
  return done.rejected > 0 ? 'failed' : 'done';
}

async function publish(checked: CheckedLoad, io: CliIo, run: VerbRun): Promise<ExitName> {
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

export { load };
