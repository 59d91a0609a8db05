import { fold } from '../../ledger/fold.ts';
import type { Ledger, Permit, PermitAnswer, PermitAsk, RefusalReason, Release } from '../../ledger/ledger.ts';
import { createMemoryRegister } from '../../ledger/memory-register.ts';
import type { LedgerRegister } from '../../ledger/register.ts';
import { createSharedLedger, type SharedLedgerOptions } from '../../ledger/shared-ledger.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { Random } from '../../ports.ts';
import { between, seeded } from '../seeded.ts';
import { silentLog } from '../silent-log.ts';
import { VirtualTime } from '../virtual-time.ts';
import type { Scenario } from './fleet-scenario.ts';
import { ModelServer, type Violation } from './model-server.ts';
import { createLife, type TableTraffic, type WorkerLife } from './worker-life.ts';

/** What a planted fault replaces. */
interface FleetParts {
  readonly createLedger: (options: SharedLedgerOptions) => Ledger;
  readonly createRegister: () => LedgerRegister;
}

/**
 * `leaked`: a slot outlives every lease. `usedTooLow`: the server counted more calls today than the ledger. `isolation`:
 * an operation is paused whose calls have never failed. `lineAlone`: the line is stopped and calls of one operation have
 * failed. `ordinaryProbe`: after passing failures the line is tried with something else than a health check.
 */
type Finding = Violation | 'leaked' | 'usedTooLow' | 'isolation' | 'lineAlone' | 'ordinaryProbe';

interface FleetReport {
  readonly findings: readonly Finding[];
  readonly server: ModelServer;
  readonly traffic: TableTraffic;
  readonly refusals: Readonly<Record<RefusalReason, number>>;
  /** The ledger when all leases are over. */
  readonly state: LedgerState;
  readonly arrivalsAtMs: readonly number[];
}

const REAL_PARTS: FleetParts = { createLedger: createSharedLedger, createRegister: createMemoryRegister };
/** A call is given up so long after the server must have given it up. */
const TIMEOUT_MARGIN_MS = 50;
const MAX_DEATHS = 20;
const BROKEN = ['op0', 'op1', 'op2'];
const TOKEN = 0x9abcdef0;
const HEALTH_CHECK = { operation: 'getDailyUsage', keys: [], hasKeyless: true, healthCheck: true } as const;
/** What the relay's function waits out; after it, it asks again here, where messages would go back to the queue there. */
const LONGEST_WAIT_MS = 5_000;

/** Runs a scenario to its end and lets the server, which counts for itself, judge. */
async function runFleet(scenario: Scenario, parts: FleetParts = REAL_PARTS): Promise<FleetReport> {
  const { limits, startMs, durationMs, faults } = scenario;
  const time = new VirtualTime(startMs);
  const random = seeded(scenario.seed);
  const server = new ModelServer(time, limits);
  const table = parts.createRegister();
  const traffic: TableTraffic = { reads: 0, swaps: 0, conflicts: 0, ends: 0 };
  const refusals = { window: 0, slots: 0, day: 0, keys: 0, circuit: 0, operation: 0, lane: 0 };
  const failed = new Set<string>();
  const misjudged = new Set<Finding>();
  const arrivalsAtMs: number[] = [];
  let deaths = 0;

  function start(index: number): void {
    const onDeath = (): void => {
      if (++deaths <= MAX_DEATHS) void time.sleep(between(random, 0, 3_000)).then(() => start(index));
    };
    const life = createLife(scenario, index, time, random, table, traffic, onDeath);
    const { register, clock } = life;
    const ledger = parts.createLedger({ register, limits, clock, random, log: silentLog });
    void live(ledger, life);
  }

  async function live(ledger: Ledger, life: WorkerLife): Promise<void> {
    await life.clock.sleep(random() * 500);
    while (time.nowMs < startMs + durationMs) await invoke(ledger, life, newAsks(scenario, random));
  }

  /** One invocation of the relay's function: asks for all its calls at once, and again for those that were refused. */
  async function invoke(ledger: Ledger, life: WorkerLife, asks: readonly PermitAsk[]): Promise<void> {
    const releases: Promise<void>[] = [];
    const underWay = new Set<Promise<void>>();
    const begin = (ask: PermitAsk, permit: Permit, keys: readonly number[]): void => {
      if (permit.probe === 'line' && !permit.healthCheck) misjudged.add('ordinaryProbe');
      const call = use(life, permit, ask, keys)
        .then((end) => {
          releases.push(tell(ledger, life, end));
        })
        .finally(() => underWay.delete(call));
      underWay.add(call);
    };
    for (let wanted = asks; wanted.length > 0 && time.nowMs < startMs + durationMs; ) {
      const answers = await ledger.acquire(wanted).catch(() => []);
      const left: PermitAsk[] = [];
      let waitMs = answers.length === 0 ? 200 : LONGEST_WAIT_MS;
      for (const [index, ask] of wanted.entries()) {
        const answer = answers[index];
        if (answer?.kind !== 'granted') {
          left.push(ask);
          if (answer !== undefined) judge(ask, answer);
          waitMs = Math.min(waitMs, answer?.waitMs ?? waitMs);
          continue;
        }
        const keys = ask.keys.filter((key) => !answer.busyKeys.includes(key));
        begin(ask, answer.permit, keys);
      }
      if (ledger.healthCheckDue()) {
        const check: PermitAsk = { ...HEALTH_CHECK, callTimeoutMs: asks[0]?.callTimeoutMs ?? 0 };
        const [answer] = await ledger.acquire([check]).catch(() => []);
        if (answer?.kind === 'granted') begin(check, answer.permit, []);
      }
      wanted = left;
      // Waiters that were told the same opening do not all come for it at once.
      if (left.length > 0) await Promise.race([life.clock.sleep(waitMs * (1 + random() / 2)), ...underWay]);
    }
    await Promise.all(underWay);
    await Promise.all(releases);
  }

  function judge({ operation }: PermitAsk, { reason, detail }: Extract<PermitAnswer, { kind: 'refused' }>): void {
    refusals[reason] += 1;
    if (reason === 'operation' && !failed.has(operation)) misjudged.add('isolation');
    if (reason === 'circuit' && detail === 'transientFailures' && failed.size < 2) misjudged.add('lineAlone');
  }

  async function use(life: WorkerLife, permit: Permit, ask: PermitAsk, keys: readonly number[]): Promise<Release> {
    const { clock } = life;
    const { operation, callTimeoutMs: timeoutMs } = ask;
    const waitMs = permit.notBeforeMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    if (clock.nowMs() > permit.sendByMs || random() < faults.abandoned) {
      return { permit, operation, outcome: 'unused', counted: false, endedAtMs: clock.nowMs() };
    }
    const sinceStartMs = time.nowMs - startMs;
    const outage = sinceStartMs >= scenario.outageMs[0] && sinceStartMs < scenario.outageMs[1];
    const starred = random() < faults.starred;
    const sentAtMs = clock.nowMs();
    const workMs = Math.min(scenario.serverTimeoutMs, between(random, ...scenario.workMs));
    const atServer = time.sleep(between(random, ...scenario.uplinkMs)).then(async () => {
      arrivalsAtMs.push(time.nowMs);
      await server.serve({ keys, probe: probeOf(permit, operation), workMs, counted: !starred });
      await time.sleep(between(random, ...scenario.downlinkMs));
    });
    if (random() < faults.noReply) {
      // The connection breaks at any time, or nothing ever comes: the server may be busy until it must give up.
      await clock.sleep(random() < 0.5 ? timeoutMs : random() * timeoutMs);
      const endedAtMs = clock.nowMs();
      const holdMs = Math.max(0, sentAtMs + timeoutMs - endedAtMs);
      failed.add(operation);
      return { permit, operation, outcome: 'transient', counted: true, endedAtMs, holdMs };
    }
    await life.survive(atServer);
    const isBroken = BROKEN.slice(0, scenario.brokenOperations).includes(operation);
    const outcome = outage || starred || isBroken ? 'transient' : 'success';
    if (outcome === 'transient') failed.add(operation);
    return { permit, operation, outcome, counted: !starred, endedAtMs: clock.nowMs(), token: TOKEN };
  }

  async function tell(ledger: Ledger, life: WorkerLife, end: Release): Promise<void> {
    const released = ledger.release([end]);
    if (random() < faults.releaseRepeated) {
      void life.clock.sleep(random() * 5_000).then(() => ledger.release([end]));
    }
    await released;
  }

  for (let index = 0; index < scenario.workers; index++) start(index);
  await time.run();
  const dayEndsAtMs = (await table.read()).day.resetsAtMs;
  const state = await audit(scenario, table, time);
  const findings: Finding[] = [...new Set<Finding>([...server.violations, ...misjudged])];
  if (Object.keys(state.slots).length > 0) findings.push('leaked');
  if (dayEndsAtMs === server.dayEndsAtMs && state.day.used < server.countedToday) findings.push('usedTooLow');
  return { findings, server, traffic, refusals, state, arrivalsAtMs };
}

/** A call probes one thing here: the line and its operation are never half-open for the same call. */
function probeOf({ probe }: Permit, operation: string): string | undefined {
  return probe === 'operation' ? `operation ${operation}` : probe;
}

function newAsks(scenario: Scenario, random: Random): PermitAsk[] {
  const { asksAtOnce, keyPool, keysPerCall, leastKeysPerCall = 0, operations, serverTimeoutMs, uplinkMs } = scenario;
  const { backfillShare = 0 } = scenario;
  const callTimeoutMs = serverTimeoutMs + uplinkMs[1] + TIMEOUT_MARGIN_MS;
  return Array.from({ length: asksAtOnce }, () => {
    const length = leastKeysPerCall + Math.floor(random() * (keysPerCall + 1 - leastKeysPerCall));
    const keys = Array.from({ length }, () => Math.floor(random() * keyPool));
    const operation = operations === 1 ? 'syncLeads' : `op${Math.floor(random() * operations)}`;
    const ask = { operation, keys: [...new Set(keys)], hasKeyless: random() < 0.2, callTimeoutMs };
    return backfillShare > 0 && random() < backfillShare ? { ...ask, lane: 'backfill' } : ask;
  });
}

/** The state as a reader would fold it when every lease of a call is over. */
async function audit(scenario: Scenario, table: LedgerRegister, time: VirtualTime): Promise<LedgerState> {
  const { limits, serverTimeoutMs, uplinkMs } = scenario;
  const longestLeaseMs = 10_000 + 2 * (serverTimeoutMs + uplinkMs[1]) + limits.clockSkewMs;
  const nowMs = time.nowMs + longestLeaseMs;
  const stored = await table.read();
  // Not past the day's end: the day is compared with the server's, as both stand.
  const day = { ...stored.day, resetsAtMs: Math.max(stored.day.resetsAtMs, nowMs + 1) };
  return fold({ ...stored, day }, { nowMs, limits, aheadOf: () => limits.clockSkewMs });
}

export type { Finding, FleetParts, FleetReport };
export { REAL_PARTS, runFleet };
