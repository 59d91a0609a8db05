import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const WATCHDOG = fileURLToPath(new URL('../../lib/runtime/watchdog.ts', import.meta.url));
const PATIENCE_MS = 400;

/** A process of its own, whose end is looked at. */
async function run(body: string): Promise<{ code: number | null; signal: string | null; written: string }> {
  const script = `
    import { createWatchdog } from ${JSON.stringify(WATCHDOG)};
    const watchdog = createWatchdog({ patienceMs: ${PATIENCE_MS} });
    const standStill = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); };
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [[code, signal], written] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { code, signal, written };
}

describe.concurrent('the watchdog', () => {
  it('ends a process whose event loop stands still during an invocation, and says so', async () => {
    const { signal, written } = await run('await watchdog.during(async () => standStill(60_000));');
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(written)).toEqual({
      level: 'ERROR',
      message: 'the event loop stands still: the process is ended',
      stoodStillMs: PATIENCE_MS,
    });
  });

  it('lets one live that only takes long, and does not keep it from ending', async () => {
    const body = `await watchdog.during(() => wait(${3 * PATIENCE_MS}));`;
    expect(await run(body)).toEqual({ code: 0, signal: null, written: '' });
  });

  it('does not watch between two invocations, and watches the second as the first', async () => {
    const between = `await watchdog.during(() => wait(10)); standStill(${3 * PATIENCE_MS});`;
    expect(await run(between)).toEqual({ code: 0, signal: null, written: '' });
    const second = await run(`${between} await watchdog.during(async () => standStill(60_000));`);
    expect(second.signal).toBe('SIGKILL');
  });

  it('fails no invocation where there is no shell', async () => {
    const body = `process.env.PATH = '/nowhere'; process.exitCode = await watchdog.during(async () => { await wait(50); return 7; });`;
    expect(await run(body)).toMatchObject({ code: 7, signal: null });
  });
});
