import { parseArgs } from 'node:util';
import { startFakeMarketo } from '../lib/fake-marketo/server.ts';
import { seeded } from '../lib/simulation/seeded.ts';
import { runDelivery } from './calls/delivery.ts';
import { type Figures, figuresOf } from './calls/figures.ts';
import { FAULTS, publications } from './calls/publications.ts';

/**
 * How many calls a backlog of single-lead messages costs, one in two hundred of them bad, and whether each ends as it
 * should: the real delivery code against the fake Marketo, over HTTP. Exit status 1 when a promise is broken.
 *
 *     node bench/calls.ts [--messages 30000] [--batch 3000] [--workers 5] [--slots 10] [--seed 1] [--json]
 *
 * A batch is what an invocation gets: `gatherMessages` of the stack. 3,000 is a multiple of the 300 records that a call
 * takes, so that no call leaves half full, and with 1 to 2 KB for each message in the event it stays below the 6 MB of
 * Lambda's payload.
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '30000' },
    batch: { type: 'string', default: '3000' },
    workers: { type: 'string', default: '5' },
    slots: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

function numberOf(name: 'messages' | 'batch' | 'workers' | 'slots' | 'seed'): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} is ${values[name]}, and must be 1 or more.`);
  return value;
}

function render({ shared, isolating, ...figures }: Figures, seconds: number): string {
  const number = (value: number): string => value.toLocaleString('en-US').padStart(9);
  const kinds = Object.entries(figures.letters).map(([kind, count]) => `${count} ${kind}`);
  const letters = Object.values(figures.letters).reduce((sum, count) => sum + count, 0);
  return [
    `messages    ${number(figures.messages)}   one lead each, ${figures.bad} of them bad, in batches of ${values.batch}`,
    `calls       ${number(figures.calls)}   ${figures.recordsACall.toFixed(1)} records a call`,
    `  shared    ${number(shared.calls)}   fewest possible ${shared.fewest}: ${shared.ratio.toFixed(2)} times as many`,
    `  isolating ${number(isolating.calls)}   for ${isolating.culprits} records that fail ${isolating.failed} whole calls; at most ${isolating.most}`,
    `delivered   ${number(figures.delivered)}   each once`,
    `letters     ${number(letters)}   ${kinds.join(', ')}`,
    `returned    ${number(figures.returned)}`,
    `time        ${seconds.toFixed(1).padStart(9)} s`,
  ].join('\n');
}

async function main(): Promise<number> {
  const published = publications(numberOf('messages'), seeded(numberOf('seed')));
  const slots = numberOf('slots');
  const unlimited = { rateLimitCalls: 1_000_000, dailyQuota: 1_000_000, maxConcurrentCalls: slots };
  const marketo = await startFakeMarketo({ ...unlimited, faults: FAULTS });
  try {
    const startedMs = performance.now();
    const bodies = published.map(({ body }) => body);
    const options = { batchSize: numberOf('batch'), workers: numberOf('workers'), slots };
    const run = await runDelivery({ marketo, bodies, ...options });
    const seconds = (performance.now() - startedMs) / 1_000;
    const figures = figuresOf(published, run, marketo.database.leads);
    const text = values.json ? JSON.stringify({ ...options, ...figures, seconds }) : render(figures, seconds);
    process.stdout.write(`${text}\n`);
    for (const line of figures.broken.slice(0, 20)) process.stderr.write(`BROKEN: ${line}\n`);
    return figures.broken.length === 0 ? 0 : 1;
  } finally {
    await marketo.stop();
  }
}

process.exitCode = await main();
