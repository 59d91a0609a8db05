import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { destinationOf } from '../../../lib/local/load/destination.ts';
import type { LoadFile } from '../../../lib/local/load/load-messages.ts';
import type { LoadState } from '../../../lib/local/load/load-state.ts';
import { publishFile } from '../../../lib/local/load/publish-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-publish-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const STATE: LoadState = {
  version: 1,
  load: '0'.repeat(16),
  relay: 'local x',
  startedAt: '2027-01-31T00:00:00.000Z',
  updatedAt: '2027-01-31T00:00:00.000Z',
  ...{ throughRow: 0, messages: 0, records: 0, done: false },
};

async function fileOf(rows: number): Promise<LoadFile> {
  const path = join(folder, 'people.csv');
  await writeFile(path, `email\n${Array.from({ length: rows }, (_, index) => `p${index}@example.com\n`).join('')}`);
  const columns = [{ index: 0, header: 'email', field: 'email' }];
  return {
    path,
    name: 'people.csv',
    delimiter: ',',
    plan: { destination: destinationOf({}), columns, width: 1, empty: 'skip' },
  };
}

/** Publishes on a clock that only sleeping moves; gives when each batch went. */
async function publishAt(ratePerSecond: number, rows: number, over: Partial<Parameters<typeof publishFile>[0]> = {}) {
  let nowMs = 0;
  const batches: { atMs: number; messages: number }[] = [];
  const end = await publishFile({
    file: await fileOf(rows),
    digest: over.digest ?? 'of another file',
    state: STATE,
    publisher: {
      publish: async (messages) => {
        batches.push({ atMs: nowMs, messages: messages.length });
        return messages.map(() => ({ kind: 'accepted', messageId: 'm' }));
      },
    },
    ratePerSecond,
    clock: {
      nowMs: () => nowMs,
      sleep: async (durationMs) => {
        nowMs += durationMs;
      },
    },
    stop: new AbortController().signal,
    save: async () => {},
    onProgress: () => {},
    ...over,
  });
  return { end, batches };
}

it('publishes no faster than it is told, and slower at first', async () => {
  const { batches } = await publishAt(10, 300 * 300);

  let sent = 0;
  for (const { atMs, messages } of batches) {
    // What went before is within the rate; one batch of five may go at once.
    expect(sent).toBeLessThanOrEqual((10 * atMs) / 1_000);
    sent += messages;
  }
  expect(sent).toBe(300);
  expect(Math.max(...batches.map(({ messages }) => messages))).toBe(5);
  const lastAtMs = batches.at(-1)?.atMs ?? 0;
  expect(lastAtMs).toBeGreaterThan(30_000);
  expect(lastAtMs).toBeLessThan(36_000);
});

it('says that the file changed under it', async () => {
  const { end } = await publishAt(3_000, 1);
  expect(end).toMatchObject({
    kind: 'stopped',
    why: 'the file changed while it was loaded: load it again as it is now',
  });
});

it('notes nothing behind a message that was not accepted', async () => {
  const saved: LoadState[] = [];
  const { end } = await publishAt(3_000, 1_200, {
    publisher: {
      publish: async (messages) =>
        messages.map((_, index) =>
          index === 1 ? { kind: 'unknown', detail: 'timeout' } : { kind: 'accepted', messageId: 'm' },
        ),
    },
    save: async (state) => void saved.push(state),
  });
  expect(end).toMatchObject({ kind: 'stopped', why: 'SQS did not answer, and may have the message: timeout' });
  expect(saved.map(({ throughRow, messages, records, done }) => ({ throughRow, messages, records, done }))).toEqual([
    { throughRow: 300, messages: 1, records: 300, done: false },
  ]);
});
