import { type RunReport, simulate } from './simulate.ts';
import type { Plant } from './worker.ts';

/** Figures that add up, and those of which the greatest counts. */
const SUMS = [
  'seeds',
  'virtualMs',
  'published',
  'calls',
  'identityCalls',
  'executions',
  'invocations',
  'letters',
  'copies',
  'tableRequests',
] as const;
const MAXIMA = ['busiestIdentityMinute', 'drainShare', 'slowestHealthyMs', 'mostCallsOfFaulty'] as const;

type Figures = Record<(typeof SUMS)[number] | (typeof MAXIMA)[number], number>;

/** What many runs add up to. Plain data, so that threads can hand it over. */
interface Sweep extends Figures {
  readonly faults: Record<string, number>;
  readonly failures: RunReport[];
}

function emptySweep(): Sweep {
  const figures = Object.fromEntries([...SUMS, ...MAXIMA].map((name) => [name, 0])) as Figures;
  return { ...figures, faults: {}, failures: [] };
}

function sweepOf(report: RunReport): Sweep {
  const { tally, findings, drainShare, slowestHealthyMs, mostCallsOfFaulty, virtualMs, published } = report;
  return {
    ...tally,
    seeds: 1,
    virtualMs,
    published,
    drainShare,
    slowestHealthyMs,
    mostCallsOfFaulty,
    faults: Object.fromEntries(tally.faults),
    failures: findings.length > 0 ? [{ ...report, trace: [] }] : [],
  };
}

function add(all: Sweep, one: Sweep): void {
  for (const name of SUMS) all[name] += one[name];
  for (const name of MAXIMA) all[name] = Math.max(all[name], one[name]);
  for (const [name, count] of Object.entries(one.faults)) all.faults[name] = (all.faults[name] ?? 0) + count;
  all.failures.push(...one.failures);
}

function merge(sweeps: readonly Sweep[]): Sweep {
  const all = emptySweep();
  for (const sweep of sweeps) add(all, sweep);
  return all;
}

/** Runs seeds one after the other, and stops at the first that fails if asked to. */
async function sweep(seeds: Iterable<number>, stopAtFirst = false, onSeed: () => void = () => {}): Promise<Sweep> {
  const result = emptySweep();
  for (const seed of seeds) {
    add(result, sweepOf(await simulate(seed)));
    onSeed();
    if (stopAtFirst && result.failures.length > 0) break;
  }
  return result;
}

/** After how many seeds a planted bug is found by the check that it was made for; undefined if never. */
async function seedsUntilFound(
  plant: Plant & { readonly finds: string },
  mostSeeds: number,
): Promise<number | undefined> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const { findings } = await simulate(seed, { plant });
    if (findings.some((finding) => finding.check === plant.finds)) return seed;
  }
  return undefined;
}

export type { Sweep };
export { merge, seedsUntilFound, sweep };
