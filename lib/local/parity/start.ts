import { main } from './main.ts';

/** `npm run parity`: runs in this process, and sets its exit status. */
async function start(): Promise<void> {
  // A reader that leaves early (`| head`) must not change how the run ends.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  });
}

export { start };
