import { randomUUID } from 'node:crypto';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../aws.ts';
import type { Handler, MappingSettings } from './options.ts';

type Run =
  | { readonly kind: 'returned'; readonly response: unknown }
  | { readonly kind: 'failed'; readonly reason: string };

interface FinishedRun {
  readonly requestId: string;
  readonly environment: number;
  readonly run: Run;
}

interface Environments {
  /** Runs the handler in a warm environment, or in a new one when all are busy. Never throws. */
  invoke(records: readonly SQSRecord[]): Promise<FinishedRun>;
  busy(): number;
}

interface Environment {
  readonly number: number;
  readonly handler: Handler;
}

interface FailedStart {
  readonly number: number;
  readonly failed: Run;
}

const FUNCTION_NAME = 'marketo-relay-delivery';

/**
 * Execution environments, each with a handler of its own: module state is shared by invocations that follow one
 * another in one environment, and by no others. The warmest is used first.
 *
 * One thing differs from Lambda: a handler that overruns its time is left behind, not stopped, as one process cannot
 * kill a part of itself. Its environment is not used again.
 */
function createEnvironments(settings: MappingSettings): Environments {
  const warm: Environment[] = [];
  let started = 0;
  let busy = 0;

  async function invoke(records: readonly SQSRecord[]): Promise<FinishedRun> {
    const requestId = randomUUID();
    busy += 1;
    try {
      const environment = warm.pop() ?? (await coldStart());
      if ('failed' in environment) return { requestId, environment: environment.number, run: environment.failed };
      const run = await runWithTimeout(environment.handler, records, requestId);
      if (run !== 'timedOut') warm.push(environment);
      return { requestId, environment: environment.number, run: run === 'timedOut' ? timedOut() : run };
    } finally {
      busy -= 1;
    }
  }

  async function coldStart(): Promise<Environment | FailedStart> {
    started += 1;
    const number = started;
    try {
      return { number, handler: await settings.createHandler() };
    } catch (error) {
      return { number, failed: { kind: 'failed', reason: `the function did not start: ${describe(error)}` } };
    }
  }

  async function runWithTimeout(
    handler: Handler,
    records: readonly SQSRecord[],
    requestId: string,
  ): Promise<Run | 'timedOut'> {
    const timeoutMs = settings.functionTimeoutSeconds * 1000;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timedOut'>((resolve) => {
      timer = setTimeout(() => resolve('timedOut'), timeoutMs);
    });
    try {
      return await Promise.race([run(handler, records, contextFor(requestId, Date.now() + timeoutMs)), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  function timedOut(): Run {
    return { kind: 'failed', reason: `the function timed out after ${settings.functionTimeoutSeconds} s` };
  }

  return { invoke, busy: () => busy };
}

async function run(handler: Handler, records: readonly SQSRecord[], context: Context): Promise<Run> {
  try {
    // The event crosses the runtime API as JSON: no handler ever shares an object with another.
    const event: SQSEvent = JSON.parse(JSON.stringify({ Records: records }));
    return { kind: 'returned', response: await handler(event, context) };
  } catch (error) {
    return { kind: 'failed', reason: `the function threw: ${describe(error)}` };
  }
}

function contextFor(requestId: string, deadlineMs: number): Context {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:${FUNCTION_NAME}`,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${FUNCTION_NAME}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export type { Environments, FinishedRun, Run };
export { createEnvironments };
