/**
 * Checks and publishes the file of its argument to a queue that only counts, and prints what it did. A process of its own,
 * so that its heap can be capped: `node --max-old-space-size=32 test/local/load/load-under-cap.ts FILE`.
 */
import { checkFile } from '../../../lib/local/load/check-file.ts';
import { destinationOf } from '../../../lib/local/load/destination.ts';
import type { LoadFile } from '../../../lib/local/load/load-messages.ts';
import { publishFile } from '../../../lib/local/load/publish-file.ts';

const path = process.argv[2] ?? '';
const columns = ['email', 'firstName', 'company'].map((field, index) => ({ index, header: field, field }));
const plan = { destination: destinationOf({}), columns, width: columns.length, empty: 'skip' } as const;
const file: LoadFile = { path, name: 'big.csv', delimiter: ',', plan };
const stop = new AbortController().signal;

const check = await checkFile({ file, rejects: { add: async () => {} }, stop, onProgress: () => {} });
const at = new Date(0).toISOString();
const end = await publishFile({
  file,
  digest: check?.end.digest ?? '',
  state: {
    ...{ version: 1, load: '0'.repeat(16), relay: 'local x', startedAt: at, updatedAt: at },
    ...{ throughRow: 0, messages: 0, records: 0, done: false },
  },
  publisher: { publish: async (messages) => messages.map(() => ({ kind: 'accepted', messageId: 'm' })) },
  ratePerSecond: 1_000_000,
  clock: { nowMs: () => Date.now(), sleep: async () => {} },
  stop,
  save: async () => {},
  onProgress: () => {},
});
process.stdout.write(JSON.stringify({ rejected: check?.rejected, ...end.state }));
