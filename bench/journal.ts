import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { JournalEntry } from '../lib/journal/entry.ts';
import { createKeyHash } from '../lib/journal/key-hash.ts';
import { toLine } from '../lib/journal/line.ts';
import { packLines } from '../lib/journal/object.ts';
import { Secret } from '../lib/marketo/secret.ts';
import { seeded } from '../lib/simulation/seeded.ts';

/**
 * What a journal takes and costs: the size of a line in an object, and a million records in dollars, for messages of one
 * record each in batches of several sizes. Prices are those of S3 in us-east-1 as known in November 2026.
 *
 *     node bench/journal.ts [--days 90] [--seed 1]
 */
const { values } = parseArgs({
  options: { days: { type: 'string', default: '90' }, seed: { type: 'string', default: '1' } },
});

const PUT_DOLLARS = 0.005 / 1_000;
const GIB_MONTH_DOLLARS = 0.023;
const MILLION = 1_000_000;
const MONTH_DAYS = 30;

const random = seeded(Number(values.seed));
const hash = createKeyHash(new Secret(randomBytes(48).toString('base64url')));
const startMs = Date.UTC(2027, 0, 31, 12);

function entry(index: number): JournalEntry {
  const publishedAtMs = startMs + Math.floor(random() * 3_000);
  return {
    relayId: randomUUID(),
    messageId: randomUUID(),
    receiveCount: 1,
    part: 0,
    position: 0,
    operation: 'syncLeads',
    idempotent: true,
    outcome: 'delivered',
    code: 'ok',
    attempts: 1,
    publishedAtMs,
    settledAtMs: startMs + 5_000,
    sentAtMs: startMs + 4_000,
    requestId: '1a2b#18d5f0c3a7e',
    objects: [{ id: String(1_000_000 + Math.floor(random() * MILLION)), status: 'updated' }],
    keys: [`lead:email:person-${index}@example.com`],
  };
}

process.stdout.write('records an object   bytes a line   compressed   PUT $/million   kept for ');
process.stdout.write(`${values.days} days $/million   together\n`);
for (const records of [1, 10, 100, 300, 3_000]) {
  const lines = Array.from({ length: records }, (_, index) => toLine(entry(index), hash));
  const text = lines.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0) / records;
  const packed = packLines(lines).byteLength / records;
  const puts = (MILLION / records) * PUT_DOLLARS;
  const kept = ((MILLION * packed) / 1_024 ** 3) * GIB_MONTH_DOLLARS * (Number(values.days) / MONTH_DAYS);
  const columns = [
    String(records).padStart(17),
    text.toFixed(0).padStart(12),
    packed.toFixed(0).padStart(10),
    puts.toFixed(4).padStart(13),
    kept.toFixed(4).padStart(27),
    (puts + kept).toFixed(4).padStart(8),
  ];
  process.stdout.write(`${columns.join('   ')}\n`);
}
