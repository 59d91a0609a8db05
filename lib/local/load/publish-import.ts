import { basename } from 'node:path';
import { createPublisher } from '../../publisher/publisher.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { appendAudit } from '../dead-letters/records.ts';
import { type CliIo, createProgress, note, print } from '../io.ts';
import { printableJson } from '../print.ts';
import type { VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';
import { type CheckedLoad, dataOf } from './check-load.ts';
import { importDestinationOf } from './import-destination.ts';
import { type LoadState, writeLoadState } from './load-state.ts';
import { putFile } from './put-file.ts';
import { startingState } from './starting-state.ts';

/** Uploads a checked file to S3 and publishes the one message that names it. */
async function publishImport(checked: CheckedLoad, io: CliIo, run: VerbRun): Promise<ExitName> {
  const { job, check: done, lane, load, importFile } = checked;
  if (importFile === undefined) throw new Error('there is no file to import');
  if (done.records === 0) return 'failed';
  const { target, json } = run;
  const relay = `${target.kind} ${target.name}`;
  const state = await startingState({ ...job, load, relay, rows: done.rows, nowMs: io.clock.nowMs() });
  const audit = { verb: 'load', relay, file: job.path, load, lane: lane.lane } as const;
  await writeLoadState(job.statePath, state);
  await appendAudit(io, job.stateFolder, { ...audit, event: 'started', counts: { records: done.records } });
  const bucket = job.asFile?.bucket ?? target.overflowBucketName;
  const id = idOf(state);
  const file = { bucket, key: `files/${id}/${basename(job.path).replace(/[^\w.-]/g, '_')}` };
  await upload(importFile.path, await importFile.bytes(), file, io, run);
  const publisher = createPublisher({ queueUrl: lane.queueUrl, client: target.clients.sqs });
  const [result] = await publisher.publish([importDestinationOf(job.destination).fileMessage(file, { id })]);
  if (result?.kind !== 'accepted') {
    const why = result?.kind === 'invalid' ? JSON.stringify(result.problems) : (result?.detail ?? 'no answer');
    note(
      io,
      `The file is in s3://${bucket}/${file.key}, and its message was not accepted: ${why}. --resume goes on from there.`,
    );
    return 'failed';
  }
  const counts = { messages: 1, records: done.records, throughRow: done.rows };
  await writeLoadState(job.statePath, {
    ...state,
    ...counts,
    done: true,
    updatedAt: new Date(io.clock.nowMs()).toISOString(),
  });
  await appendAudit(io, job.stateFolder, { ...audit, event: 'ended', counts: { ...counts, rejected: done.rejected } });
  const said = `Published ${plural(done.records, 'row')} as one file, s3://${bucket}/${file.key}, to ${target.name}, lane ${lane.lane}, under the id ${id}.`;
  const data = { ...dataOf(checked), messages: 1, end: 'done', id, object: file };
  await print(io, json ? `${printableJson(data)}\n` : `${said}\n`);
  return done.rejected > 0 ? 'failed' : 'done';
}

/** The same again for a load that is taken up again, another for one that is begun anew: that is a second import. */
function idOf({ load, startedAt }: LoadState): string {
  return `load-${load}-${Date.parse(startedAt).toString(36)}`;
}

async function upload(
  path: string,
  bytes: number,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  io: CliIo,
  { target }: VerbRun,
): Promise<void> {
  const progress = createProgress(io);
  const onProgress = (sent: number): void =>
    progress.show(`Uploaded ${formatCount(sent)} of ${formatCount(bytes)} bytes`);
  try {
    await putFile({ client: target.clients.s3, path, bucket, key, onProgress });
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw failed(
      'failed',
      `the file of ${formatCount(bytes)} bytes could not be put to s3://${bucket}/${key}: ${said}. Nothing was published; --resume tries again.`,
    );
  } finally {
    progress.clear();
  }
}

export { publishImport };
