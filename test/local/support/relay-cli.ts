import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { createS3Overflow } from '../../../lib/aws/s3-overflow.ts';
import { createSqsQueue } from '../../../lib/aws/sqs-queue.ts';
import { buildDeadLetter } from '../../../lib/dead-letter/build.ts';
import { failureFromCatalogue, failureFromProblems, failureFromRelay } from '../../../lib/dead-letter/failure.ts';
import { createDeadLetterPublisher } from '../../../lib/dead-letter/publish.ts';
import type { DeadLetter } from '../../../lib/dead-letter/types.ts';
import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import { closeServer, listenOnLoopback } from '../../../lib/emulators/loopback.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import type { CliIo } from '../../../lib/local/io.ts';
import { runRelay } from '../../../lib/local/main.ts';
import { openTarget } from '../../../lib/local/target/target.ts';
import { entryFor } from '../../../lib/marketo/catalogue/catalogue.ts';
import type { MessageAttribute } from '../../../lib/message/queue.ts';
import { type DeadLetterCode, RELAY_CODES } from '../../../lib/settings/relay-codes.ts';
import { createDesk, type Desk } from '../../support/desk.ts';
import { startWire, type Wire } from '../../support/wire.ts';

interface LetterSpec {
  readonly id?: string;
  readonly code?: string;
  readonly message?: string;
  readonly body?: Record<string, unknown> | string;
  readonly positions?: readonly number[];
  readonly outcomeUnknown?: boolean;
  readonly firstSeenMs?: number;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly responseBody?: string;
  readonly details?: DeadLetter['failure']['details'];
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly columns?: number;
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly edit?: CliIo['edit'];
  /** Called with what interrupts the command, as Ctrl-C does. */
  readonly onStart?: (interrupt: () => void) => void;
  /** Called whenever something is written to stderr. */
  readonly onNote?: (text: string) => void;
  /** @default `--local` */
  readonly target?: readonly string[];
  /** How far this machine's clock is ahead of all others. */
  readonly aheadMs?: number;
  readonly wrapTarget?: (target: Awaited<ReturnType<typeof openTarget>>) => Awaited<ReturnType<typeof openTarget>>;
}

/** The command line on a relay that serves in this process: queues, table and bucket on real wires. */
interface CliUnderTest {
  readonly wire: Wire;
  readonly desk: Desk;
  readonly folder: string;
  readonly control: {
    readonly calls: readonly { readonly path: string; readonly body: string }[];
    mappingEnabled: boolean;
    /** Of the delivery function's last run. */
    lastFailure?: string;
    /** Of the delivery function. */
    settings: Readonly<Record<string, string>>;
  };
  run(argv: readonly string[], options?: CliOptions): Promise<Outcome>;
  /** Puts letters on the dead-letter queue, as the relay does. */
  addLetters(...specs: readonly LetterSpec[]): Promise<void>;
  /** Puts bodies on the dead-letter queue, as SQS moves them. */
  addRaw(bodies: readonly string[], attributes?: Readonly<Record<string, MessageAttribute>>): Promise<void>;
  /** Visible and hidden on the dead-letter queue. */
  deadCounts(): Promise<{ readonly visible: number; readonly hidden: number }>;
  backups(): Promise<readonly Record<string, unknown>[]>;
  audit(): Promise<readonly Record<string, unknown>[]>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN = 'control-token-of-the-test';
const ACCESS = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };

/** @param shared - a relay's own wire: it is left alone by `stop`, and `baseUrl` names the subscription */
async function startCliUnderTest(shared?: { readonly wire: Wire; readonly baseUrl: string }): Promise<CliUnderTest> {
  const baseUrl = shared?.baseUrl ?? 'https://123-abc-456.mktorest.com';
  const wire = shared?.wire ?? (await startWire({ marketo: { url: baseUrl, clientId: 'c', clientSecret: 's' } }));
  const desk = createDesk(wire);
  const s3 = new S3Client({ ...ACCESS, endpoint: wire.endpoints.s3, forcePathStyle: true });
  const folder = await mkdtemp(join(tmpdir(), 'relay-cli-'));
  const calls: { path: string; body: string }[] = [];
  const control: CliUnderTest['control'] = { calls, mappingEnabled: true, settings: {} };
  const server = createControlServer(control, calls);
  const controlUrl = await listenOnLoopback(server);
  const state = join(folder, '.marketo-relay');

  async function writeDescriptor(): Promise<void> {
    const descriptor = {
      version: 1,
      pid: process.pid,
      queueUrl: wire.queueUrl,
      deadLetterQueueUrl: wire.deadLetterQueueUrl,
      ledgerTableName: wire.tableName,
      overflowBucketName: wire.bucketName,
      secretName: 'marketo-relay/credentials',
      journalBucketName: wire.journal.bucketName,
      journalSaltName: wire.journal.settings.JOURNAL_SALT_SECRET_ID,
      baseUrl,
      subscription: new URL(baseUrl).host,
      endpoints: wire.endpoints,
      region: LOCAL_REGION,
      controlUrl,
      controlToken: TOKEN,
      pageUrl: controlUrl,
    };
    await mkdir(state, { recursive: true });
    await writeFile(join(state, 'local.json'), JSON.stringify(descriptor), { mode: 0o600 });
  }
  await writeDescriptor();

  async function run(argv: readonly string[], options: CliOptions = {}): Promise<Outcome> {
    let stdout = '';
    let stderr = '';
    const stream = {
      ...(options.columns === undefined ? {} : { columns: options.columns }),
      isTTY: options.isTTY ?? false,
    };
    const { aheadMs = 0, target: named = ['--local'] } = options;
    const status = await runRelay([...argv, ...named], {
      stdout: {
        ...stream,
        write: (text, done) => {
          stdout += text;
          done();
        },
      },
      stderr: {
        ...stream,
        write: (text) => {
          stderr += text;
          options.onNote?.(text);
        },
      },
      env: { TERM: 'xterm', ...options.env },
      folder,
      clock: { nowMs: () => Date.now() + aheadMs, sleep: (ms) => sleep(ms, undefined, { ref: false }) },
      who: 'ann@laptop',
      version: '0.1.0',
      onInterrupt: (handler) => {
        options.onStart?.(handler);
        return () => {};
      },
      edit: options.edit ?? (async () => 0),
      openTarget: async (choice) => {
        const target = await openTarget(choice);
        return options.wrapTarget?.(target) ?? target;
      },
    });
    return { status, stdout, stderr };
  }

  async function linesOf(path: string): Promise<readonly Record<string, unknown>[]> {
    const text = await readFile(path, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  return {
    wire,
    desk,
    folder,
    control,
    run,
    async addLetters(...specs) {
      const queue = createSqsQueue({ client: wire.sqs, queueUrl: wire.deadLetterQueueUrl, log: SILENT_LOG });
      const overflow = createS3Overflow({ client: s3, bucket: wire.bucketName });
      const publisher = createDeadLetterPublisher({ queue, overflow, log: SILENT_LOG });
      const outcomes = await publisher.send(specs.map(letterOf));
      if (outcomes.some((outcome) => !outcome.accepted)) throw new Error(JSON.stringify(outcomes));
    },
    async addRaw(bodies, attributes = {}) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, { dataType, stringValue = '' }]) => [
          name,
          { DataType: dataType, StringValue: stringValue },
        ]),
      );
      for (let start = 0; start < bodies.length; start += 10) {
        const Entries = bodies
          .slice(start, start + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageAttributes }));
        await wire.sqs.send(new SendMessageBatchCommand({ QueueUrl: wire.deadLetterQueueUrl, Entries }));
      }
    },
    async deadCounts() {
      const { Attributes = {} } = await wire.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: wire.deadLetterQueueUrl, AttributeNames: ['All'] }),
      );
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    },
    async backups() {
      const names = await readdir(join(state, 'backups')).catch((): string[] => []);
      return (await Promise.all(names.sort().map((name) => linesOf(join(state, 'backups', name))))).flat();
    },
    audit: () => linesOf(join(state, 'audit.ndjson')),
    async reset() {
      control.mappingEnabled = true;
      control.settings = {};
      delete control.lastFailure;
      calls.length = 0;
      await rm(state, { recursive: true, force: true });
      await Promise.all([desk.clear(), wire.clearTable(), writeDescriptor()]);
    },
    async stop() {
      s3.destroy();
      await closeServer(server);
      if (shared === undefined) await wire.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As much of the serving relay's control server as the commands use. */
function createControlServer(control: CliUnderTest['control'], calls: { path: string; body: string }[]): Server {
  return createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) {
        response.writeHead(401).end();
        return;
      }
      calls.push({ path: `${request.method} ${request.url}`, body });
      if (request.url === '/mapping') control.mappingEnabled = (JSON.parse(body) as { enabled: boolean }).enabled;
      response.setHeader('content-type', 'application/json');
      const { mappingEnabled, lastFailure, settings } = control;
      response.end(JSON.stringify({ mapping: { enabled: mappingEnabled, lastFailure }, settings }));
    });
  });
}

const SYNC = {
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input: [{ email: 'ann@example.com', industry: 'Steel' }] },
};

function letterOf(spec: LetterSpec): DeadLetter {
  const { code = '1003', message = 'Invalid data', id, body = SYNC, outcomeUnknown } = spec;
  const text = typeof body === 'string' ? body : JSON.stringify(id === undefined ? body : { id, ...body });
  const firstSeenMs = spec.firstSeenMs ?? Date.now() - 60_000;
  const intake = readMessage(
    {
      messageId: id ?? `m-${Math.random()}`,
      receiptHandle: 'r',
      body: text,
      attributes: spec.attributes ?? {},
      receiveCount: 1,
      sentAtMs: firstSeenMs,
    },
    Date.now(),
  );
  if (intake.kind === 'overflowed') throw new Error('a letter of a letter');
  const source = intake.kind === 'message' ? intake.message : intake;
  const state = { ...source.state, ...(id === undefined ? {} : { relayId: id }) };
  if (intake.kind === 'invalid') {
    return buildDeadLetter({ message: { ...source, state }, failure: failureFromProblems(intake.problems, state) });
  }
  const facts = {
    message,
    state,
    ...(outcomeUnknown === undefined ? {} : { outcomeUnknown }),
    ...(spec.details === undefined ? {} : { details: spec.details }),
  };
  const failure = Object.hasOwn(RELAY_CODES, code)
    ? failureFromRelay(code as DeadLetterCode, facts)
    : failureFromCatalogue(entryFor(code, 'record'), facts);
  const { positions } = spec;
  const records = intake.message.records?.map((record, index) => ({
    ...record,
    position: positions?.[index] ?? index,
  }));
  const letter = buildDeadLetter({
    message: {
      ...intake.message,
      state: { ...state, ...(positions === undefined ? {} : { positions }) },
      ...(records === undefined ? {} : { records }),
    },
    failure,
    request: {
      method: 'POST',
      url: 'https://123-abc-456.mktorest.com/rest/v1/leads.json',
      headers: {},
      body: text,
      timeoutMs: 1,
    } as never,
    ...(spec.responseBody === undefined
      ? {}
      : { reply: { kind: 'reply', status: 200, headers: {}, body: spec.responseBody } as never }),
  });
  return letter;
}

/** Takes everything visible off a queue without deleting it; what gives it back. */
async function hideAll(wire: Wire): Promise<() => Promise<void>> {
  const handles: string[] = [];
  for (;;) {
    const { Messages = [] } = await wire.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: wire.deadLetterQueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 }),
    );
    if (Messages.length === 0) break;
    handles.push(...Messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
  }
  return async () => {
    const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    await wire.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: wire.deadLetterQueueUrl, Entries }));
  };
}

export type { CliOptions, CliUnderTest, LetterSpec, Outcome };
export { hideAll, SYNC, startCliUnderTest };
