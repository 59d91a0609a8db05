import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Artifact } from './artifact.ts';

/** One execution environment: a process with the bundle in it, and everything that comes out of it. */
interface LambdaProcess {
  /** @param timeoutMs the function's; the stack's own unless told otherwise */
  invoke(records: readonly SQSRecord[], timeoutMs?: number): Promise<SQSBatchResponse>;
  /** What was left of the function's time when its last answer came: below zero, Lambda would have stopped it. */
  leftMs(): number;
  /** Structured log lines and metrics, as CloudWatch Logs would get them from both streams. */
  logLines(): readonly Record<string, unknown>[];
  /** What was sent to X-Ray so far. */
  traces(): readonly string[];
  /** Both streams, and what was sent to X-Ray. */
  everythingWritten(): string;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Answer = {
  readonly id: number;
  readonly leftMs: number;
  readonly result?: SQSBatchResponse;
  readonly error?: string;
};

/** The stack's. */
const TIMEOUT_MS = 420_000;
/** Set by Lambda itself. */
const RUNTIME_ENVIRONMENT = {
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'marketo-relay-delivery',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  _HANDLER: 'index.handler',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
  TZ: ':UTC',
};

/**
 * @param execArgv Node's own options, for what a test does to the process from within
 * @throws Error with what the process wrote, when the bundle cannot be imported.
 */
async function startLambda(
  artifact: Artifact,
  environment: Environment,
  execArgv: readonly string[] = [],
): Promise<LambdaProcess> {
  const traces: string[] = [];
  const xray = createSocket('udp4').on('message', (datagram) => traces.push(datagram.toString()));
  xray.bind(0, '127.0.0.1');
  await once(xray, 'listening');
  const { port } = xray.address() as AddressInfo;
  const child = fork(join(artifact.taskRoot, 'lambda-runtime.mjs'), [artifact.bundle], {
    cwd: artifact.taskRoot,
    execArgv: [...execArgv],
    env: {
      ...RUNTIME_ENVIRONMENT,
      LAMBDA_TASK_ROOT: artifact.taskRoot,
      AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}`,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = { stdout: '', stderr: '' };
  const answers = new Map<number, Answer>();
  let leftMs = TIMEOUT_MS;
  const waiting = new Map<number, { resolve: (value: SQSBatchResponse) => void; reject: (error: Error) => void }>();
  /** An invocation is over when its answer has come and both streams have been read up to their mark. */
  const settle = (): void => {
    for (const [id, { result, error }] of answers) {
      const mark = `"requestId":"request-${id}"}`;
      if (!output.stdout.includes(mark) || !output.stderr.includes(mark)) continue;
      answers.delete(id);
      if (result !== undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(error));
    }
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      settle();
    });
  }
  child.on('message', (answer: Answer | { readonly ready: true }) => {
    if ('id' in answer) {
      answers.set(answer.id, answer);
      leftMs = answer.leftMs;
    }
    settle();
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`the process ended: ${output.stderr}`));
  });
  const stop = async (): Promise<void> => {
    xray.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };

  if (!(await isReady(child))) {
    xray.close();
    throw new Error(output.stderr + output.stdout);
  }
  let invocations = 0;
  return {
    invoke(records, timeoutMs = TIMEOUT_MS) {
      invocations += 1;
      const id = invocations;
      const answer = new Promise<SQSBatchResponse>((resolve, reject) => waiting.set(id, { resolve, reject }));
      child.send({ id, event: { Records: records }, timeoutMs });
      return answer;
    },
    leftMs: () => leftMs,
    logLines: () => [output.stdout, output.stderr].flatMap((text) => text.split('\n').flatMap(parse)),
    traces: () => traces,
    everythingWritten: () => [output.stdout, output.stderr, ...traces].join('\n'),
    stop,
  };
}

/** False when the process ended before it had imported the bundle; by then all its output has arrived. */
async function isReady(child: ChildProcess): Promise<boolean> {
  const ready = once(child, 'message').then(() => true);
  return Promise.race([ready, once(child, 'close').then(() => false)]);
}

/** Without the marks of the runtime's own. */
function parse(line: string): readonly Record<string, unknown>[] {
  if (line === '') return [];
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return entry.type === 'platform.runtimeDone' ? [] : [entry];
  } catch {
    return [{ unstructured: line }];
  }
}

export type { Environment, LambdaProcess };
export { startLambda };
