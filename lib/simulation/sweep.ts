import { type RunReport, simulate } from './simulate.ts';
import type { Plant } from './worker.ts';

/** What many runs add up to. Plain data, so that threads can hand it over. */
interface Sweep {
  seeds: number;
  virtualMs: number;
  published: number;
  calls: number;
  identityCalls: number;
  executions: number;
  invocations: number;
  letters: number;
  copies: number;
  tableRequests: number;
  busiestIdentityMinute: number;
  drainShare: number;
  slowestHealthyMs: number;
  mostCallsOfFaulty: number;
  faults: Record<string, number>;
  failures: RunReport[];
}

const SUMS = [
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

function emptySweep(): Sweep {
  const sums = Object.fromEntries(SUMS.map((name) => [name, 0])) as Record<(typeof SUMS)[number], number>;
  return {
    ...sums,
    seeds: 0,
    busiestIdentityMinute: 0,
    drainShare: 0,
    slowestHealthyMs: 0,
    mostCallsOfFaulty: 0,
    faults: {},
    failures: [],
  };
}

function add(sweep: Sweep, report: RunReport): void {
  const { tally, findings } = report;
  const figures = { ...tally, virtualMs: report.virtualMs, published: report.published };
  for (const name of SUMS) sweep[name] += figures[name];
  sweep.seeds += 1;
  sweep.busiestIdentityMinute = Math.max(sweep.busiestIdentityMinute, tally.busiestIdentityMinute);
  sweep.drainShare = Math.max(sweep.drainShare, report.drainShare);
  sweep.slowestHealthyMs = Math.max(sweep.slowestHealthyMs, report.slowestHealthyMs);
  sweep.mostCallsOfFaulty = Math.max(sweep.mostCallsOfFaulty, report.mostCallsOfFaulty);
  for (const [name, count] of tally.faults) sweep.faults[name] = (sweep.faults[name] ?? 0) + count;
  if (findings.length > 0) sweep.failures.push({ ...report, trace: [] });
}

function merge(sweeps: readonly Sweep[]): Sweep {
  const all = emptySweep();
  for (const sweep of sweeps) {
    for (const name of SUMS) all[name] += sweep[name];
    all.seeds += sweep.seeds;
    all.busiestIdentityMinute = Math.max(all.busiestIdentityMinute, sweep.busiestIdentityMinute);
    all.drainShare = Math.max(all.drainShare, sweep.drainShare);
    all.slowestHealthyMs = Math.max(all.slowestHealthyMs, sweep.slowestHealthyMs);
    all.mostCallsOfFaulty = Math.max(all.mostCallsOfFaulty, sweep.mostCallsOfFaulty);
    for (const [name, count] of Object.entries(sweep.faults)) all.faults[name] = (all.faults[name] ?? 0) + count;
    all.failures.push(...sweep.failures);
  }
  return all;
}

/** Runs seeds one after the other, and stops at the first that fails if asked to. */
async function sweep(seeds: Iterable<number>, stopAtFirst = false, onSeed: () => void = () => {}): Promise<Sweep> {
  const result = emptySweep();
  for (const seed of seeds) {
    add(result, await simulate(seed));
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
