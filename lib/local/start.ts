import { spawn } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliIo } from './io.ts';
import { runRelay } from './main.ts';
import { openTarget } from './target/target.ts';
import { EXIT } from './verb-failure.ts';
import { packageVersion } from './version.ts';

/** `relay`: runs the command line in this process, and ends it with the status. */
async function start(): Promise<void> {
  // A reader that leaves early (`| head`) is told to the writer by the write itself.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const status = await runRelay(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    folder: process.cwd(),
    clock: {
      nowMs: () => Date.now(),
      sleep: (durationMs) => sleep(durationMs),
    },
    who: `${userName()}@${hostname()}`,
    version: packageVersion(),
    onInterrupt,
    edit: openEditor,
    openTarget,
  });
  await drained(process.stdout);
  process.exit(status);
}

/** The first Ctrl-C lets the verb finish what it has in hand, the second ends at once. */
const onInterrupt: CliIo['onInterrupt'] = (handler) => {
  let count = 0;
  const listen = (): void => {
    count += 1;
    if (count > 1) process.exit(EXIT.interrupted);
    handler();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, listen);
  return () => {
    for (const signal of signals) process.off(signal, listen);
  };
};

/** By the shell, as `git` does it: an editor's command may have options. The path is no part of the command's text. */
function openEditor(command: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `${command} "$1"`, 'sh', path], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

/** A pipe takes what is written in its own time; ending before that would cut it. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

export { start };
