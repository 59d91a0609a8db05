import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  type Invocation,
  startEventSourceMapping,
} from '../../../lib/emulators/event-source-mapping/event-source-mapping.ts';
import { startQueues } from '../../../lib/emulators/queues.ts';

/** An embedded queue with a mapping on it, whose invocations can be awaited. */
interface MappingUnderTest {
  send(...bodies: readonly string[]): Promise<void>;
  /** Failed messages come back at once unless told otherwise. */
  start(options: Omit<Partial<EventSourceMappingOptions>, 'onInvocation'>): EventSourceMapping;
  /** Resolves when so many invocations have been settled. */
  invocations(count: number): Promise<readonly Invocation[]>;
  /** Messages on the queue: visible, in flight and delayed. */
  remaining(): Promise<number>;
  end(): Promise<void>;
}

async function openMappingUnderTest(queueOptions: Parameters<typeof startQueues>[0] = {}): Promise<MappingUnderTest> {
  const queues = await startQueues(queueOptions);
  const client = new SQSClient({ endpoint: queues.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  const seen: Invocation[] = [];
  const waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  let mapping: EventSourceMapping | undefined;

  async function send(...bodies: readonly string[]): Promise<void> {
    for (let start = 0; start < bodies.length; start += 10) {
      const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: queues.queueUrl, Entries }));
    }
  }

  async function invocations(count: number): Promise<readonly Invocation[]> {
    if (seen.length < count) await new Promise<void>((resolve) => waiters.push({ count, resolve }));
    return seen;
  }

  async function remaining(): Promise<number> {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queues.queueUrl, AttributeNames: ['All'] }),
    );
    return (
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible) +
      Number(Attributes.ApproximateNumberOfMessagesDelayed)
    );
  }

  return {
    send,
    invocations,
    remaining,
    start: (options) => {
      mapping = startEventSourceMapping({
        client,
        queueUrl: queues.queueUrl,
        queueArn: queues.queueArn,
        createHandler: () => async () => undefined,
        failedVisibleAfterSeconds: 0,
        ...options,
        onInvocation: (invocation) => {
          seen.push(invocation);
          for (const waiter of waiters) if (seen.length >= waiter.count) waiter.resolve();
        },
      });
      return mapping;
    },
    end: async () => {
      await mapping?.stop();
      client.destroy();
      await queues.stop();
    },
  };
}

export type { MappingUnderTest };
export { openMappingUnderTest };
