import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Less than the text of a million rows, whose file alone has 57 MB; enough for the program itself. */
const HEAP_MEGABYTES = 32;
const MINUTE_MS = 60_000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function* lines(rows: number): Generator<string> {
  yield 'email,firstName,company\n';
  for (let row = 0; row < rows; row += 1) yield `person${row}@example.com,Ann ${row},"Company ${row % 5_000}, Ltd."\n`;
}

/** Loads a file in a process whose heap cannot grow beyond the cap: one that would is aborted by V8. */
function loadUnderCap(path: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'load-under-cap.ts');
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, script, path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout }));
  });
}

it.each([10_000, 1_000_000])(
  `loads %d rows in ${HEAP_MEGABYTES} MB of heap`,
  { timeout: 10 * MINUTE_MS },
  async (rows) => {
    const path = join(folder, `${rows}.csv`);
    await pipeline(Readable.from(lines(rows)), createWriteStream(path));

    const { code, stdout } = await loadUnderCap(path);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rejected: 0,
      throughRow: rows,
      records: rows,
      messages: Math.ceil(rows / 300),
      done: true,
    });
  },
);
