import { main } from './main.ts';

const INTERRUPTED = 130;

/** `npm start`: runs the local relay in this process, and ends it with the status. */
async function start(): Promise<void> {
  // A reader that leaves early (`| head`) must not change how the run ends.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  const status = await main(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    folder: process.cwd(),
    onInterrupt: (handler) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          process.once(signal, () => process.exit(INTERRUPTED));
          handler();
        });
      }
    },
  });

  // A handler that was left behind at its timeout could keep the process up.
  process.exit(status);
}

export { start };
