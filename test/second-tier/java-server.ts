import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK, listenOnLoopback } from '../../lib/emulators/loopback.ts';

/** A server of the second tier: what stands for an AWS service and is not made by this project. */
interface JavaServer {
  readonly url: string;
  stop(): Promise<void>;
}

interface JavaServerOptions {
  readonly name: string;
  /** Start of the folder's name below the cache, as the script writes it. */
  readonly cachePrefix: string;
  /** Names a server that runs already. */
  readonly urlVariable: string;
  readonly script: string;
  readonly mainClass: string;
  readonly jvmOptions: (port: number, jarFolder: string) => readonly string[];
  readonly programOptions?: (port: number) => readonly string[];
  /** Any HTTP answer to this path means that it runs. */
  readonly probePath: string;
}

const START_PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** The folder that the script fills. */
function jarFolder({ cachePrefix }: JavaServerOptions): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'marketo-relay');
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith(cachePrefix)) : [];
  return names.map((name) => join(cache, name, 'lib')).find((folder) => existsSync(folder));
}

/** Why the second tier is skipped; undefined when it can run. */
function absenceOf(options: JavaServerOptions): string | undefined {
  const { name, urlVariable, script } = options;
  if (process.env[urlVariable] !== undefined || jarFolder(options) !== undefined) return undefined;
  return `skipped: no ${name} (set ${urlVariable}, or run ${script})`;
}

/** The one that the variable names, or one started here, in memory, on a free port. */
async function startJavaServer(options: JavaServerOptions): Promise<JavaServer> {
  const given = process.env[options.urlVariable];
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const folder = jarFolder(options) ?? '';
  const port = await freePort();
  const command = [...options.jvmOptions(port, folder), '-cp', join(folder, '*'), options.mainClass];
  const child = spawn('java', [...command, ...(options.programOptions?.(port) ?? [])], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://${LOOPBACK}:${port}`;
  const stop = async (): Promise<void> => {
    child.kill();
    await gone;
  };
  if (await answers(`${url}${options.probePath}`, child)) return { url, stop };
  await stop();
  throw new Error(`${options.name} did not start`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const url = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return Number(new URL(url).port);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const endMs = performance.now() + START_PATIENCE_MS;
  while (performance.now() < endMs && child.exitCode === null) {
    // An unsigned request is refused with 400: that is an answer too.
    if ((await fetch(url).catch(() => undefined)) !== undefined) return true;
    await pause(POLL_MS);
  }
  return false;
}

export type { JavaServer, JavaServerOptions };
export { absenceOf, startJavaServer };
