import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { deferS3Stores } from '../aws/deferred-stores.ts';
import { holdLetters } from '../aws/hold-letters.ts';
import type { LoadS3Stores } from '../aws/s3-stores.ts';
import { createSqsLaneQueues } from '../aws/sqs-lane-queues.ts';
import type { Log } from '../ports.ts';
import { SETTING_NAMES } from '../settings/names.ts';
import type { TriageDeps } from '../triage/desk.ts';
import { answerWidget } from '../triage/widget.ts';
import { createAwsClients, loadS3Stores } from './clients.ts';
import { systemClock } from './delivery.ts';

type TriageHandler = (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>,
) => Promise<string>;

/** Letters that one look takes: what a run has time for. */
const MOST_LETTERS = 5_000;
/** A look takes seconds; if it dies, letters are hidden for so long. */
const HOLD_SECONDS = 60;
/** For the answer, and for making what is still held visible again. */
const SETTLE_MS = 15_000;

interface TriageSettings {
  readonly queueUrl: string;
  /** Where there is one. */
  readonly backfillQueueUrl?: string | undefined;
  readonly deadLetterQueueUrl: string;
  readonly overflowBucketName: string;
}

function composeTriage(settings: TriageSettings, sqs: SQSClient, s3: LoadS3Stores, log: Log): TriageDeps {
  const overflow = deferS3Stores(s3).overflow(settings.overflowBucketName);
  return {
    clock: systemClock,
    queue: createSqsLaneQueues({ client: sqs, ...settings, log }),
    hold: () =>
      holdLetters({
        client: sqs,
        queueUrl: settings.deadLetterQueueUrl,
        holdSeconds: HOLD_SECONDS,
        mostLetters: MOST_LETTERS,
      }),
    // A pointer to another bucket is not the relay's.
    fetchWhole: async ({ overflow: pointer }) =>
      pointer?.bucket === settings.overflowBucketName ? overflow.get(pointer.key).catch(() => undefined) : undefined,
  };
}

/**
 * The handler of the triage widget.
 *
 * @throws at once, naming every setting that is missing.
 */
function createTriageHandler(
  env: Readonly<Record<string, string | undefined>>,
  { log }: { readonly log: Log },
): TriageHandler {
  const settings = readTriageSettings(env);
  const deps = composeTriage(settings, createAwsClients().sqs, loadS3Stores(), log);
  return (event, context) => {
    const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis() - SETTLE_MS;
    return answerWidget(event, deps, context.invokedFunctionArn, deadlineMs);
  };
}

function readTriageSettings(env: Readonly<Record<string, string | undefined>>): TriageSettings {
  const { queueUrl, backfillQueueUrl, deadLetterQueueUrl, overflowBucketName } = SETTING_NAMES;
  const missing = [queueUrl, deadLetterQueueUrl, overflowBucketName].filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The settings (environment variables) are missing: ${missing.join(', ')}`);
  return {
    queueUrl: env[queueUrl] ?? '',
    backfillQueueUrl: env[backfillQueueUrl] || undefined,
    deadLetterQueueUrl: env[deadLetterQueueUrl] ?? '',
    overflowBucketName: env[overflowBucketName] ?? '',
  };
}

export type { TriageHandler, TriageSettings };
export { composeTriage, createTriageHandler };
