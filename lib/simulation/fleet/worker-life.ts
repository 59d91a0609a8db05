import type { LedgerRegister } from '../../ledger/register.ts';
import type { LedgerState, PermitRelease } from '../../ledger/state.ts';
import type { Clock, Random } from '../../ports.ts';
import { between } from '../seeded.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Scenario } from './fleet-scenario.ts';

const NEVER = new Promise<never>(() => undefined);
const LONGEST_FREEZE_MS = 10_000;
const LONGEST_REPEAT_MS = 10_000;

/** Counts of what the table was asked, failed conditions included. */
interface TableTraffic {
  reads: number;
  swaps: number;
  conflicts: number;
  ends: number;
}

interface WorkerLife {
  readonly clock: Clock;
  readonly register: LedgerRegister;
  alive(): boolean;
  /** Goes on when the promise does, unless the worker dies first; later if it freezes. */
  survive<T>(promise: Promise<T>): Promise<T>;
}

/** One worker's mortality, its clock, and its way to the table through an unreliable network. */
function createLife(
  scenario: Scenario,
  index: number,
  time: VirtualTime,
  random: Random,
  table: LedgerRegister,
  traffic: TableTraffic,
  onDeath: () => void,
): WorkerLife {
  const { faults, tableMs } = scenario;
  const { offsetMs, driftPpm } = scenario.clocks[index % scenario.clocks.length] ?? { offsetMs: 0, driftPpm: 0 };
  const own = time.clock(offsetMs, driftPpm);
  let dead = false;
  let frozenUntilMs = 0;

  async function survive<T>(promise: Promise<T>): Promise<T> {
    const value = await promise;
    if (random() < faults.freeze) frozenUntilMs = time.nowMs + random() * LONGEST_FREEZE_MS;
    if (!dead && random() < faults.death) {
      dead = true;
      onDeath();
    }
    if (time.nowMs < frozenUntilMs) await time.sleep(frozenUntilMs - time.nowMs);
    return dead ? NEVER : value;
  }

  const lag = (): Promise<void> => time.sleep(between(random, ...tableMs) / 2);

  /** A request to the table and its reply; what the table does is done even if the worker does not live to see it. */
  function request<T>(effect: () => Promise<T>): Promise<T> {
    const travel = async (): Promise<T> => {
      await lag();
      if (random() < faults.tableFails / 2) throw new Error('request lost');
      const value = await effect();
      await lag();
      if (random() < faults.tableFails / 2) throw new Error('reply lost');
      return value;
    };
    return survive(
      travel().then(
        (value) => () => value,
        (error: unknown) => () => Promise.reject(error),
      ),
    ).then((outcome) => outcome());
  }

  /** A swap whose reply was lost is sent again by the SDK, and the register has to find out that it won. */
  async function resend(from: LedgerState, to: LedgerState): Promise<boolean> {
    await time.sleep(100);
    traffic.swaps += 1;
    if (await table.swap(from, to)) return true;
    const current = await table.read();
    const granted = Object.keys(to.slots).filter((id) => from.slots[id] === undefined);
    return granted.length > 0 && granted.every((id) => current.slots[id] !== undefined);
  }

  const register: LedgerRegister = {
    read: () => {
      traffic.reads += 1;
      return request(() => table.read());
    },
    swap: (from, to) =>
      request(async () => {
        traffic.swaps += 1;
        const won = await table.swap(from, to);
        if (!won) traffic.conflicts += 1;
        return random() < faults.swapReplyLost ? resend(from, to) : won;
      }),
    recordReleases: (ends: Readonly<Record<string, PermitRelease>>) =>
      request(async () => {
        traffic.ends += 1;
        const state = await table.recordReleases(ends);
        if (random() < faults.endRepeated) {
          void time.sleep(random() * LONGEST_REPEAT_MS).then(() => table.recordReleases(ends));
        }
        return state;
      }),
  };

  return {
    clock: { nowMs: own.nowMs, sleep: (durationMs) => survive(own.sleep(durationMs)) },
    register,
    alive: () => !dead,
    survive,
  };
}

export type { TableTraffic, WorkerLife };
export { createLife };
