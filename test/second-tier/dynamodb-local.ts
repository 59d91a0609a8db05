import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface DynamoDbLocal {
  readonly url: string;
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 30_000;

/** The folder that `dynamodb-local.sh` fills. */
function jarFolder(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'marketo-relay');
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('dynamodb-local-')) : [];
  return names.map((name) => join(cache, name, 'lib')).find((folder) => existsSync(folder));
}

/** Why the second tier is skipped; undefined when it can run. */
function absence(): string | undefined {
  if (process.env.DYNAMODB_LOCAL_URL !== undefined || jarFolder() !== undefined) return undefined;
  return 'skipped: no DynamoDB Local (set DYNAMODB_LOCAL_URL, or run test/second-tier/dynamodb-local.sh)';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    // Any answer will do: an unsigned request is refused with 400.
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('DynamoDB Local did not start');
}

/** The one named by DYNAMODB_LOCAL_URL, or one started here, in memory, on a free port. */
async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const given = process.env.DYNAMODB_LOCAL_URL;
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const folder = jarFolder() ?? '';
  const port = await freePort();
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const options = [`-Djava.library.path=${folder}`, '-DDDB_LOCAL_TELEMETRY=0', '-cp', join(folder, '*'), main];
  const child = spawn('java', [...options, '-inMemory', '-disableTelemetry', '-port', String(port)], {
    stdio: 'ignore',
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill();
    await gone;
  };
  try {
    await answers(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

export type { DynamoDbLocal };
export { absence, startDynamoDbLocal };
