import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK, listenOnLoopback } from '../../lib/emulators/loopback.ts';

interface ElasticMq {
  readonly url: string;
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** The folder that `elasticmq.sh` fills. */
function jarFolder(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'marketo-relay');
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('elasticmq-')) : [];
  return names.map((name) => join(cache, name, 'lib')).find((folder) => existsSync(folder));
}

/** Why the second tier is skipped; undefined when it can run. */
function absence(): string | undefined {
  if (process.env.ELASTICMQ_URL !== undefined || jarFolder() !== undefined) return undefined;
  return 'skipped: no ElasticMQ (set ELASTICMQ_URL, or run test/second-tier/elasticmq.sh)';
}

/** The one named by ELASTICMQ_URL, or one started here, in memory, on a free port. */
async function startElasticMq(): Promise<ElasticMq> {
  const given = process.env.ELASTICMQ_URL;
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const url = await freeUrl();
  const { port } = new URL(url);
  const settings = {
    'rest-sqs.bind-hostname': LOOPBACK,
    'rest-sqs.bind-port': port,
    // Queue URLs name this address.
    'node-address.host': LOOPBACK,
    'node-address.port': port,
    'rest-stats.enabled': 'false',
    'aws.region': 'us-east-1',
    'aws.accountId': '000000000000',
  };
  const options = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const child = spawn('java', [...options, '-cp', join(jarFolder() ?? '', '*'), 'org.elasticmq.server.Main'], {
    stdio: 'ignore',
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await gone;
  };
  if (await answers(`${url}/?Action=ListQueues`, child)) return { url, stop };
  await stop();
  throw new Error('ElasticMQ did not start');
}

async function freeUrl(): Promise<string> {
  const server = createServer();
  const url = await listenOnLoopback(server as Parameters<typeof listenOnLoopback>[0]);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const endMs = performance.now() + START_PATIENCE_MS;
  while (performance.now() < endMs && child.exitCode === null) {
    const reply = await fetch(url).catch(() => undefined);
    if (reply?.ok) return true;
    await pause(POLL_MS);
  }
  return false;
}

export type { ElasticMq };
export { absence, startElasticMq };
