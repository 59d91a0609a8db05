import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import { type FakeMarketo, startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import { createTransport } from '../../lib/marketo/http-client.ts';
import { createIdentity } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { createDeps, systemClock } from '../delivery/deps.ts';
import type { Report, Scenario } from '../frame/types.ts';

/** As published; pinned in `bench/package.json`. */
const CLIENTS = ['node-marketo-rest', 'marketo-rest-api', 'node-marketo-rest-api'] as const;
const TASKS = [
  { name: '150 upserts at once', leads: 150, atOnce: true },
  { name: '50 leads, one after the other', leads: 50, atOnce: false },
] as const;
const RELAY = 'the relay';
/** Who has not come to an end by then loops. */
const PATIENCE_MS = 45_000;
const LATENCY_MS = { minMs: 100, maxMs: 200 };

type Task = (typeof TASKS)[number];

interface Seen {
  readonly client: string;
  readonly task: Task;
  readonly delivered: number;
  /** Neither delivered nor told as failed. */
  readonly lost: number;
  readonly toldAsFailed: number;
  readonly identity: number;
  readonly calls: number;
  readonly rateLimited: number;
  readonly concurrency: number;
  readonly seconds: number;
  readonly ended: boolean;
}

/** What becomes of the same leads through other people's clients and through the relay, at a fake Marketo with Marketo's limits. */
const clients: Scenario = {
  name: 'clients',
  question: "What do published npm clients deliver, lose and call, at Marketo's limits?",
  seconds: 150,
  options: {},
  needsPackages: true,
  run,
};

async function run(): Promise<Report> {
  const seen: Seen[] = [];
  for (const task of TASKS) {
    for (const client of [...CLIENTS, RELAY]) seen.push(await attend(client, task));
  }
  const own = seen.filter(({ client }) => client === RELAY);
  const sum = (of: (one: Seen) => number): number => own.reduce((total, one) => total + of(one), 0);
  return {
    figures: [
      {
        name: 'relay.delivered',
        value: sum(({ delivered }) => delivered),
        unit: 'leads',
        means: 'of 150 upserts at once and 50 leads one after the other, through the relay',
      },
      { name: 'relay.calls', value: sum(({ calls }) => calls), unit: 'calls', means: 'API calls for them' },
      {
        name: 'relay.refused',
        value: sum((one) => one.rateLimited + one.concurrency),
        unit: 'calls',
        means: 'of which Marketo refused with 606 or 615',
      },
    ],
    tables: [
      {
        title: 'Other clients and the relay, at 100 calls in 20 s and 10 at once',
        head: [
          'task',
          'client',
          'delivered',
          'told as failed',
          'lost',
          'identity calls',
          'API calls',
          '606',
          '615',
          'seconds',
        ],
        rows: seen.map((one) => [
          one.task.name,
          one.client,
          one.delivered,
          one.toldAsFailed,
          one.lost,
          one.identity,
          one.calls,
          one.rateLimited,
          one.concurrency,
          one.ended ? Math.round(one.seconds * 10) / 10 : `no end after ${PATIENCE_MS / 1_000}`,
        ]),
      },
    ],
    plots: [
      {
        name: 'clients',
        title: '150 upserts at once: delivered',
        kind: 'bar',
        x: { name: '', scale: 'names' },
        y: { name: 'leads', scale: 'linear' },
        series: [
          {
            name: 'delivered',
            points: seen.filter(({ task }) => task.atOnce).map(({ client, delivered }) => [client, delivered]),
          },
        ],
        mark: { name: 'all', y: TASKS[0].leads },
      },
    ],
    broken: own.flatMap(({ task, delivered }) =>
      delivered === task.leads ? [] : [`the relay delivered ${delivered} of ${task.name}`],
    ),
  };
}

async function attend(client: string, task: Task): Promise<Seen> {
  const marketo = await startFakeMarketo({ latencyMs: LATENCY_MS });
  const leads = Array.from({ length: task.leads }, (_, index) => ({
    email: `lead-${index}@example.com`,
    firstName: 'Ann',
  }));
  const startedMs = performance.now();
  try {
    const answer =
      client === RELAY ? await throughRelay(marketo, leads, task) : await through(client, marketo, leads, task);
    const delivered = leads.filter(({ email }) => marketo.database.leads.byEmail(email).length > 0).length;
    const toldAsFailed = answer?.failed ?? 0;
    const { stats } = marketo;
    const codes = stats.repliesByCode;
    return {
      client,
      task,
      delivered,
      toldAsFailed,
      lost: Math.max(0, task.leads - delivered - toldAsFailed),
      identity: stats.identityCalls,
      calls: stats.apiCalls,
      rateLimited: codes['606'] ?? 0,
      concurrency: codes['615'] ?? 0,
      seconds: (performance.now() - startedMs) / 1_000,
      ended: answer !== undefined,
    };
  } finally {
    await marketo.stop();
  }
}

interface Answer {
  readonly told: number;
  readonly failed: number;
}

async function through(
  client: string,
  marketo: FakeMarketo,
  leads: readonly object[],
  { atOnce }: Task,
): Promise<Answer | undefined> {
  const child = fork(join(import.meta.dirname, 'child.mjs'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const { url, clientId, clientSecret } = marketo;
  child.send({ client, access: { url, clientId, clientSecret }, leads, atOnce });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    const answer = await Promise.race([once(child, 'message').then(([one]) => one as Answer), late]);
    return answer;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** One message each: all in one batch, or a batch for each when it is there. */
async function throughRelay(marketo: FakeMarketo, leads: readonly object[], { atOnce }: Task): Promise<Answer> {
  const transport = createTransport();
  const { fetchToken } = createIdentity({ baseUrl: marketo.url, transport, timeoutMs: 9_000 });
  const answer = await fetchToken({ clientId: marketo.clientId, clientSecret: new Secret(marketo.clientSecret) });
  if (answer.kind !== 'token') throw new Error('no token');
  let failed = 0;
  const random = Math.random;
  const limits = { ...DEFAULT_LIMITS, windowCalls: 100, slots: 10 };
  const deps = {
    ...createDeps({
      baseUrl: marketo.url,
      token: answer.token,
      slots: limits.slots,
      transport,
      letters: (sent) => {
        failed += sent.length;
      },
      returns: () => {
        throw new Error('a message went back to a queue that this bench does not have');
      },
    }),
    // At Marketo's own limits, as the others are.
    ledger: createSharedLedger({
      register: createMemoryRegister(),
      limits,
      clock: systemClock,
      random,
      log: silentLog,
    }),
  };
  const messages = leads.map((lead, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `message-${index}`,
    body: JSON.stringify({ path: '/rest/v1/leads.json', body: { lookupField: 'email', input: [lead] } }),
    attributes: {},
    receiveCount: 1,
    sentAtMs: Date.now(),
  }));
  const batches = atOnce ? [messages] : messages.map((message) => [message]);
  for (const batch of batches) await deliverBatch(batch, deps, Date.now() + 420_000);
  return { told: leads.length - failed, failed };
}

export { clients };
