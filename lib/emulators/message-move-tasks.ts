import { randomUUID } from 'node:crypto';
import type { OpenStores, SqsQueue, SqsStore } from './fauxqs-stores.ts';

interface MoveTask {
  readonly handle: string;
  readonly source: SqsQueue;
  readonly destination: SqsQueue | undefined;
  readonly perSecond: number | undefined;
  readonly toMove: number;
  readonly startedAtMs: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  moved: number;
  failureReason?: string;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface MoveTasks {
  /** Answers a request of the SQS JSON protocol; undefined for any other operation. */
  answer(operation: string, request: unknown): Reply | undefined;
  stop(): void;
}

interface MoveTaskParts extends Pick<OpenStores, 'stores' | 'createMessage'> {
  /** The queue from which SQS itself moved a message; undefined for one that a program sent. */
  sourceOf(messageId: string): SqsQueue | undefined;
}

/** SQS: `StartMessageMoveTask`, most messages a second. */
const MAX_PER_SECOND = 500;
const TICK_MS = 20;
const MAX_KEPT_TASKS = 100;
const NO_SOURCE = 'The resource that you specified for the SourceArn parameter does not exist.';
const NO_DESTINATION = 'The resource that you specified for the DestinationArn parameter does not exist.';

/**
 * What fauxqs 2.4.1 lacks: message move tasks, which the console's redrive starts (SQS: dead-letter queue redrive). A moved
 * message is a new one. A message that a program put on the dead-letter queue has no source: without a destination the task
 * fails with `CouldNotDetermineMessageSource`, as on AWS.
 */
function createMoveTasks({ stores: { sqsStore }, createMessage, sourceOf }: MoveTaskParts): MoveTasks {
  /** Newest first. */
  const tasks: MoveTask[] = [];
  const timers = new Set<NodeJS.Timeout>();

  function start(request: Record<string, unknown>): Reply {
    const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecond } = request;
    const source = queueOf(sqsStore, SourceArn);
    if (source === undefined) return failure('ResourceNotFoundException', NO_SOURCE);
    if (!isDeadLetterQueue(source, sqsStore)) {
      return failure('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    if (perSecond !== undefined && !isWhole(perSecond, MAX_PER_SECOND)) {
      const message = `MaxNumberOfMessagesPerSecond must be a whole number from 1 to ${MAX_PER_SECOND}.`;
      return failure('InvalidParameterValue', message);
    }
    const destination = queueOf(sqsStore, DestinationArn);
    if (DestinationArn !== undefined && destination === undefined) {
      return failure('ResourceNotFoundException', NO_DESTINATION);
    }
    if (tasks.some((task) => task.source === source && task.status === 'RUNNING')) {
      return failure('UnsupportedOperation', 'There is already a task running for this source queue.');
    }
    const handle = Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString('base64');
    const toMove = source.messages.length;
    const startedAtMs = Date.now();
    const task: MoveTask = { handle, source, destination, perSecond, toMove, startedAtMs, status: 'RUNNING', moved: 0 };
    tasks.unshift(task);
    tasks.splice(MAX_KEPT_TASKS);
    schedule(task);
    return { status: 200, body: { TaskHandle: handle } };
  }

  function schedule(task: MoveTask): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      moveDue(task);
      if (task.status === 'RUNNING') schedule(task);
    }, TICK_MS);
    timers.add(timer);
  }

  /** What is due by the rate, counted from the start. */
  function moveDue(task: MoveTask): void {
    const due = Math.ceil(((Date.now() - task.startedAtMs) * (task.perSecond ?? MAX_PER_SECOND)) / 1000);
    while (task.status === 'RUNNING' && task.moved < Math.max(1, due)) {
      if (task.moved >= task.toMove) task.status = 'COMPLETED';
      else moveOne(task);
    }
  }

  function moveOne(task: MoveTask): void {
    const { source } = task;
    const [received] = source.dequeue(1);
    const message = received && source.inflightMessages.get(received.ReceiptHandle)?.message;
    if (received === undefined || message === undefined) {
      // Somebody else has taken the rest meanwhile.
      task.status = 'COMPLETED';
      return;
    }
    const destination = task.destination ?? sourceOf(message.messageId);
    if (destination === undefined) {
      source.changeVisibility(received.ReceiptHandle, 0);
      task.status = 'FAILED';
      task.failureReason = 'CouldNotDetermineMessageSource';
      return;
    }
    destination.enqueue(createMessage(message.body, message.messageAttributes));
    source.deleteMessage(received.ReceiptHandle);
    task.moved += 1;
  }

  function list({ SourceArn, MaxResults = 1 }: Record<string, unknown>): Reply {
    const source = queueOf(sqsStore, SourceArn);
    if (source === undefined) return failure('ResourceNotFoundException', NO_SOURCE);
    if (!isWhole(MaxResults, 10)) {
      return failure('InvalidParameterValue', 'MaxResults must be a whole number from 1 to 10.');
    }
    const found = tasks.filter((task) => task.source === source).slice(0, MaxResults);
    return { status: 200, body: { Results: found.map(entryOf) } };
  }

  function cancel({ TaskHandle }: Record<string, unknown>): Reply {
    const task = tasks.find(({ handle }) => handle === TaskHandle);
    if (task === undefined) return failure('ResourceNotFoundException', 'The task handle is unknown.');
    if (task.status !== 'RUNNING') {
      return failure(
        'UnsupportedOperation',
        `Only a task that is running can be cancelled: this one is ${task.status}.`,
      );
    }
    task.status = 'CANCELLED';
    return { status: 200, body: { ApproximateNumberOfMessagesMoved: task.moved } };
  }

  return {
    answer(operation, body) {
      const request = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
      if (operation === 'StartMessageMoveTask') return start(request);
      if (operation === 'ListMessageMoveTasks') return list(request);
      return operation === 'CancelMessageMoveTask' ? cancel(request) : undefined;
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function queueOf(store: SqsStore, arn: unknown): SqsQueue | undefined {
  return typeof arn === 'string' ? store.getQueueByArn(arn) : undefined;
}

function isDeadLetterQueue(queue: SqsQueue, store: SqsStore): boolean {
  return [...store.allQueues()].some(({ attributes }) => attributes.RedrivePolicy?.includes(`"${queue.arn}"`));
}

function entryOf(task: MoveTask): Record<string, unknown> {
  return {
    // SQS: the handle is there only while the task runs.
    ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
    Status: task.status,
    SourceArn: task.source.arn,
    ...(task.destination === undefined ? {} : { DestinationArn: task.destination.arn }),
    ...(task.perSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failureReason === undefined ? {} : { FailureReason: task.failureReason }),
    StartedTimestamp: task.startedAtMs,
  };
}

function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

function failure(type: string, message: string): Reply {
  return { status: 400, body: { __type: `com.amazonaws.sqs#${type}`, message } };
}

export type { MoveTasks };
export { createMoveTasks };
