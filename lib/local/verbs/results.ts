import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { createResultBus } from '../../aws/result-bus.ts';
import { createResultQueue } from '../../aws/result-queue.ts';
import { createSqsQueue } from '../../aws/sqs-queue.ts';
import type { Log } from '../../ports.ts';
import { type ResultBody, type ResultDestination, UNSENT_PREFIX } from '../../results/publish.ts';
import { createEventBridgeClient } from '../../runtime/clients.ts';
import { SETTING_NAMES } from '../../settings/names.ts';
import { type CliIo, note, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { readFeed } from '../target/mapping.ts';
import type { RelayTarget } from '../target/target.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';

/** As many as one request to SQS or EventBridge takes. */
const AT_ONCE = 10;
const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function registerResults(program: Command, io: CliIo): void {
  const results = program.command('results').description('What is told of messages: docs/results.md.');
  const resend = results
    .command('resend')
    .description('Sends the results that their queue or bus did not take, and that wait in the overflow bucket.')
    .option('--dry-run', 'only says how many wait')
    .addHelpText('after', examples(['relay results resend --stack MarketoRelay', 'after the queue takes them again']))
    .action(async () => {
      const { dryRun = false } = resend.optsWithGlobals<{ readonly dryRun?: boolean }>();
      await onTarget(resend, io, (run) => resendAll(dryRun, io, run));
    });
}

async function resendAll(dryRun: boolean, io: CliIo, { target, json, interrupted }: VerbRun): Promise<ExitName> {
  const { s3 } = target.clients;
  const bucket = target.overflowBucketName;
  const tally = { waiting: 0, sent: 0, refused: 0 };
  const errors = new Set<string>();
  const destination = dryRun ? undefined : await destinationOf(target);
  for await (const keys of unsentKeys(s3, bucket)) {
    tally.waiting += keys.length;
    for (let first = 0; destination && first < keys.length && !interrupted.aborted; first += AT_ONCE) {
      const some = keys.slice(first, first + AT_ONCE);
      const bodies = await Promise.all(some.map((key) => read(s3, bucket, key)));
      const outcomes = await destination.send(bodies);
      for (const [index, key] of some.entries()) {
        const outcome = outcomes[index];
        if (outcome?.accepted !== true) {
          tally.refused += 1;
          errors.add(outcome?.error ?? 'no answer');
          continue;
        }
        // Only once it is where it belongs: sent twice is better than lost.
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
        tally.sent += 1;
      }
    }
  }
  for (const error of [...errors].slice(0, 3)) note(io, `Refused: ${printable(error, 300)}`);
  const text = dryRun
    ? `${tally.waiting} results wait in ${bucket}.\n`
    : `${tally.sent} results sent, ${tally.waiting - tally.sent} still wait in ${bucket}.\n`;
  await print(io, json ? `${printableJson(tally)}\n` : text);
  if (interrupted.aborted) return 'interrupted';
  if (tally.waiting === 0) return 'nothing';
  return tally.refused > 0 ? 'failed' : 'done';
}

/** @throws {VerbFailure} where the relay sends no results. */
async function destinationOf(target: RelayTarget): Promise<ResultDestination> {
  const { settings } = await readFeed(target);
  const queueUrl = settings[SETTING_NAMES.resultsQueueUrl];
  if (queueUrl) return createResultQueue(createSqsQueue({ client: target.clients.sqs, queueUrl, log: SILENT }));
  const busName = settings[SETTING_NAMES.resultsBusName];
  if (busName) return createResultBus({ client: () => createEventBridgeClient(), busName, log: SILENT });
  const remedy = 'deploy it with `results`, or let this user read the configuration of its delivery function';
  throw failed('failed', `${target.name} sends no results: ${remedy}`);
}

/** A page of keys at a time, from a list that this command shortens as it goes. */
async function* unsentKeys(s3: S3Client, bucket: string): AsyncGenerator<readonly string[]> {
  let after: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: UNSENT_PREFIX, ...(after && { StartAfter: after }) }),
    );
    const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    yield keys;
    after = page.IsTruncated === true ? keys.at(-1) : undefined;
  } while (after !== undefined);
}

async function read(s3: S3Client, bucket: string, key: string): Promise<ResultBody> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString('utf-8')) ?? '';
  const { relayId, operation, status } = JSON.parse(text) as ResultBody['facts'];
  return { text, facts: { relayId, operation, status } };
}

export { registerResults };
