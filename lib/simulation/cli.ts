import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { describeFailure, mixtureOf } from './failure.ts';
import { PLANTED_BUGS } from './plants.ts';
import { type FoundBug, reliabilityReport } from './report.ts';
import { drawScenario } from './scenario.ts';
import { createKeptSlices, slicesOf } from './slices.ts';
import { merge, type Sweep, seedsUntilFound } from './sweep.ts';
import { createThreads, type Threads } from './threads.ts';

const USAGE = `Runs the delivery code in a world that fails, once for each seed.

  npm run simulate -- [--seeds N] [--seed S] [--threads T] [--slices FOLDER] [--json] [--write-report]

  --seeds N       how many seeds (default 1000)
  --seed S        the first seed (default 1)
  --threads T     threads (default: the cores of this machine)
  --slices FOLDER keep the figures of every 500 seeds and of the planted bugs there, and take from there what was run before
  --json          print the figures as JSON
  --write-report  run the planted bugs too, and write docs/reliability.md
`;
const REPORT = new URL('../../docs/reliability.md', import.meta.url);
const MOST_SEEDS_FOR_A_BUG = 200;
const MOST_FAILURES_SHOWN = 3;

interface Options {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly threads: number;
  readonly slices: string | undefined;
  readonly json: boolean;
  readonly writeReport: boolean;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readOptions(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        threads: { type: 'string', default: String(availableParallelism()) },
        slices: { type: 'string' },
        json: { type: 'boolean', default: false },
        'write-report': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const [seeds, firstSeed, threads] = [values.seeds, values.seed, values.threads].map(Number);
    const areWhole = [seeds, firstSeed, threads].every((value) => Number.isSafeInteger(value) && Number(value) > 0);
    if (!areWhole) return `--seeds, --seed and --threads are whole numbers from 1.\n\n${USAGE}`;
    const { json, slices, 'write-report': writeReport } = values;
    return { seeds: seeds ?? 1, firstSeed: firstSeed ?? 1, threads: threads ?? 1, slices, json, writeReport };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

/** In slices if they are kept. A seed that fails is told at once: the rest may take hours. */
async function sweepAll({ firstSeed, seeds, slices }: Options, threads: Threads, onSeeds: (count: number) => void) {
  const one = (): void => onSeeds(1);
  if (slices === undefined) return threads.sweep({ firstSeed, seeds }, one);
  const kept = createKeptSlices(slices);
  const done: Sweep[] = [];
  for (const slice of slicesOf(firstSeed, seeds)) {
    const before = kept.read(slice);
    if (before !== undefined) onSeeds(slice.seeds);
    const sweep = before ?? kept.keep(slice, await threads.sweep(slice, one));
    done.push(sweep);
    for (const { seed, findings } of sweep.failures) {
      process.stderr.write(`seed ${seed}: ${findings[0]?.check}: ${findings[0]?.detail}\n`);
    }
  }
  return merge(done);
}

async function findBugs({ slices }: Options): Promise<readonly FoundBug[]> {
  const kept = slices === undefined ? undefined : createKeptSlices(slices);
  const before = kept?.readBugs();
  if (before !== undefined) return before;
  const found: FoundBug[] = [];
  for (const bug of PLANTED_BUGS) {
    found.push({ what: bug.what, check: bug.finds, seeds: await seedsUntilFound(bug, MOST_SEEDS_FOR_A_BUG) });
  }
  return kept?.keepBugs(found) ?? found;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') {
    process.stderr.write(options);
    return options === USAGE ? 0 : 2;
  }
  if (options.seeds === 1 && !options.json) say(mixtureOf(drawScenario(options.firstSeed)));
  let done = 0;
  const threads = createThreads(Math.min(options.threads, options.seeds));
  const total = await sweepAll(options, threads, (count) => {
    done += count;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${options.seeds} seeds`);
  });
  await threads.end();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const { failures, ...figures } = total;
  if (options.json)
    say(JSON.stringify({ ...figures, failures: failures.map(({ seed, findings }) => ({ seed, findings })) }));
  else {
    const days = (total.virtualMs / 86_400_000).toFixed(1);
    const faults = Object.values(total.faults).reduce((sum, count) => sum + count, 0);
    say(
      `${total.seeds} seeds, ${days} virtual days, ${total.published} messages, ${total.calls} calls, ${faults} faults`,
    );
    for (const failure of failures.slice(0, MOST_FAILURES_SHOWN)) say(`\n${await describeFailure(failure)}`);
    say(failures.length === 0 ? 'Every invariant held.' : `\n${failures.length} seeds failed.`);
  }
  if (options.writeReport && failures.length === 0) {
    const bugs = await findBugs(options);
    writeFileSync(REPORT, reliabilityReport(total, options.firstSeed, bugs));
    say('Wrote docs/reliability.md');
    if (bugs.some((bug) => bug.seeds === undefined)) return 1;
  }
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
