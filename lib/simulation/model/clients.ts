import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { createS3Stores, type LoadS3Stores } from '../../aws/s3-stores.ts';
import type { MessageAttribute } from '../../message/queue.ts';
import { DEADLINES, MAX_ATTEMPTS } from '../../runtime/deadlines.ts';
import type { Lane } from '../../settings/lane.ts';
import type { Dice } from '../dice.ts';
import type { FaultName } from '../faults.ts';
import type { Life } from '../life.ts';
import { noteResult } from '../result-checks.ts';
import type { World } from '../world.ts';
import type { StoredMessage } from './queue.ts';
import { objectOf } from './store.ts';

/** What becomes of one try of a request: the SDK tries again. */
type Try = { readonly value: unknown } | { readonly error: unknown } | { readonly againAfterMs: number };

interface Service {
  readonly latencyMs: readonly [number, number, number];
  /** Chances that one try is refused, lost on its way there, or on its way back. */
  readonly refused?: FaultName;
  readonly requestLost?: FaultName;
  readonly replyLost?: FaultName;
  readonly unreachable?: () => boolean;
}

/** How long the relay's clients wait for a reply, and for all the tries of one request. */
const { attemptMs: REQUEST_TIMEOUT_MS, totalMs: GIVEN_UP_AFTER_MS } = DEADLINES.dynamoDb;
const SLOW_SHARE = 0.02;

/** What a worker's queue URLs name, and what it writes there is told to. */
const QUEUE_URL = 'https://sqs.model.example/queue';
const BACKFILL_QUEUE_URL = 'https://sqs.model.example/backfill';
const DEAD_LETTER_QUEUE_URL = 'https://sqs.model.example/dlq';
const RESULTS_QUEUE_URL = 'https://sqs.model.example/results';

/** An SDK client whose requests take time, fail, and are tried again, as the SDK's are. */
function createClient(world: World, life: Life, dice: Dice, service: Service, execute: (command: unknown) => unknown) {
  async function once(command: unknown): Promise<Try> {
    const [low, usual, longest] = service.latencyMs;
    const latencyMs = dice.tailed(low, usual, world.faulty ? longest : usual, SLOW_SHARE);
    const lost = (): Promise<Try> => {
      life.disturbed = true;
      return world.time.sleep(REQUEST_TIMEOUT_MS).then(() => ({ againAfterMs: 100 }));
    };
    if (service.unreachable?.() === true) return lost();
    await world.time.sleep(latencyMs / 2);
    if (service.refused && world.strikes(service.refused, dice)) return { againAfterMs: dice.between(50, 400) };
    if (service.requestLost && world.strikes(service.requestLost, dice)) return lost();
    let result: Try;
    try {
      result = { value: execute(command) };
    } catch (error) {
      result = { error };
    }
    if (service.replyLost && world.strikes(service.replyLost, dice)) return lost();
    await world.time.sleep(latencyMs / 2);
    return result;
  }

  return {
    async send(command: unknown): Promise<unknown> {
      const endsAtMs = world.time.nowMs + GIVEN_UP_AFTER_MS;
      for (let tries = 1; tries <= MAX_ATTEMPTS && world.time.nowMs < endsAtMs; tries++) {
        const result = await life.through(() => once(command));
        if ('value' in result) return result.value;
        if ('error' in result) throw result.error;
        await life.clock.sleep(result.againAfterMs);
      }
      life.disturbed = true;
      throw new Error('the service did not answer');
    },
  };
}

function createDynamoDb(world: World, life: Life, dice: Dice): DynamoDBClient {
  const service: Service = {
    latencyMs: [2, 15, 2_000],
    refused: 'tableThrottled',
    requestLost: 'tableRequestLost',
    replyLost: 'tableReplyLost',
    unreachable: () => world.within(world.scenario.tableOutageMs),
  };
  return createClient(world, life, dice, service, (command) => {
    world.tally.tableRequests += 1;
    return world.execute(command);
  }) as unknown as DynamoDBClient;
}

/** Told of everything that a worker puts on a queue, when SQS has it. */
type OnSent = (queue: Lane | 'dlq', body: string, attributes: Attributes, delaySeconds: number) => void;
type VisibilityChange = { ReceiptHandle?: string | undefined; VisibilityTimeout?: number | undefined };
type Attributes = Readonly<Record<string, MessageAttribute>>;

function createSqs(world: World, life: Life, dice: Dice, onSent: OnSent): SQSClient {
  const service: Service = { latencyMs: [3, 25, 2_000], refused: 'queueFails', replyLost: 'queueReplyLost' };

  function sendBatch({ QueueUrl, Entries = [] }: SendMessageBatchCommandInput): unknown {
    const Successful: { Id: string | undefined }[] = [];
    const Failed: object[] = [];
    for (const { Id, MessageBody = '', MessageAttributes, DelaySeconds = 0 } of Entries) {
      if (world.strikes('queueEntryFails', dice)) {
        Failed.push({ Id, Code: 'InternalError', Message: 'model', SenderFault: dice.chance(0.2) });
        continue;
      }
      if (QueueUrl === RESULTS_QUEUE_URL) {
        noteResult(world, MessageBody);
        Successful.push({ Id });
        continue;
      }
      const attributes = attributesOf(MessageAttributes ?? {});
      const isLetter = QueueUrl === DEAD_LETTER_QUEUE_URL;
      const queue = isLetter ? world.deadLetters : world.queue;
      const lane = QueueUrl === BACKFILL_QUEUE_URL ? 'backfill' : 'live';
      onSent(isLetter ? 'dlq' : lane, MessageBody, attributes, DelaySeconds);
      queue.send(MessageBody, attributes, DelaySeconds, lane);
      Successful.push({ Id });
    }
    return { Successful, Failed };
  }

  function countOn(queueUrl: string | undefined): number {
    if (queueUrl === DEAD_LETTER_QUEUE_URL) return world.deadLetters.messages.size;
    const asked = queueUrl === BACKFILL_QUEUE_URL ? 'backfill' : 'live';
    return [...world.queue.messages.values()].filter(({ lane }) => lane === asked).length;
  }

  function changeVisibility({ ReceiptHandle = '', VisibilityTimeout = 0 }: VisibilityChange): void {
    const message = world.queue.messages.get(ReceiptHandle.split('#')[0] ?? '');
    if (message === undefined) return;
    message.visibleAtMs = world.time.nowMs + VisibilityTimeout * 1_000;
    world.queue.onChange();
  }

  /** Some entries of a batch may fail, and what was received again since keeps to its newer receipt handle. */
  function eachOf<E extends { Id: string | undefined; ReceiptHandle: string | undefined }>(
    entries: readonly E[],
    change: (entry: E, id: string) => void,
  ): unknown {
    const Successful: { Id: string | undefined }[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      const [id = '', receives] = (entry.ReceiptHandle ?? '').split('#');
      if (world.strikes('queueEntryFails', dice)) {
        Failed.push({ Id: entry.Id, Code: 'InternalError', Message: 'model', SenderFault: false });
        continue;
      }
      if (world.queue.messages.get(id)?.receiveCount === Number(receives)) change(entry, id);
      Successful.push({ Id: entry.Id });
    }
    return { Successful, Failed };
  }

  /** A worker deletes only what is elsewhere. */
  function onDeleted(message: StoredMessage | undefined): void {
    const lost = (message?.marks ?? []).filter(
      (mark) => !world.isDone(mark) && !world.queue.held.has(mark) && !world.deadLetters.held.has(mark),
    );
    if (lost.length > 0) world.checks.fail('nothingLost', `${lost.join(' ')} were deleted by a worker`, lost);
  }

  return createClient(world, life, dice, service, (command) => {
    if (command instanceof SendMessageBatchCommand) return sendBatch(command.input);
    if (command instanceof ChangeMessageVisibilityCommand) {
      changeVisibility(command.input);
      return {};
    }
    if (command instanceof GetQueueAttributesCommand) {
      return { Attributes: { ApproximateNumberOfMessages: String(countOn(command.input.QueueUrl)) } };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      return eachOf(command.input.Entries ?? [], (entry) => changeVisibility(entry));
    }
    if (command instanceof DeleteMessageBatchCommand) {
      return eachOf(command.input.Entries ?? [], (_, id) => onDeleted(world.queue.delete(id)));
    }
    throw new Error('the model of SQS does not know this command');
  }) as unknown as SQSClient;
}

function attributesOf(
  sent: Record<string, { DataType?: unknown; StringValue?: unknown; BinaryValue?: unknown }>,
): Attributes {
  return Object.fromEntries(
    Object.entries(sent).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: String(DataType),
        ...(typeof StringValue === 'string' && { stringValue: StringValue }),
        ...(BinaryValue instanceof Uint8Array && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      },
    ]),
  );
}

/** At hand at once: a module that is loaded in the middle would take time of which the world knows nothing. */
function createS3(world: World, life: Life, dice: Dice): LoadS3Stores {
  const service: Service = { latencyMs: [10, 60, 3_000], refused: 'storeFails' };
  const client = createClient(world, life, dice, service, (command) => {
    const { objects } = world.store;
    if (command instanceof PutObjectCommand) {
      objects.set(command.input.Key ?? '', String(command.input.Body));
      return {};
    }
    if (command instanceof GetObjectCommand) {
      return objectOf(objects.get(command.input.Key ?? ''), command.input);
    }
    throw new Error('the model of S3 does not know this command');
  });
  return async () => createS3Stores(client as unknown as S3Client);
}

function createSecretsManager(world: World, life: Life, dice: Dice, secretString: () => string): SecretsManagerClient {
  const service: Service = { latencyMs: [10, 60, 3_000], refused: 'storeFails' };
  return createClient(world, life, dice, service, () => ({
    SecretString: secretString(),
  })) as unknown as SecretsManagerClient;
}

export type { OnSent };
export {
  BACKFILL_QUEUE_URL,
  createDynamoDb,
  createS3,
  createSecretsManager,
  createSqs,
  DEAD_LETTER_QUEUE_URL,
  QUEUE_URL,
  RESULTS_QUEUE_URL,
};
