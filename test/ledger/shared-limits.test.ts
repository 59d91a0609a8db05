import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../lib/ledger/ledger.ts';
import type { LedgerLimits } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import { between, seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { askOf, limitsOf, NOON_MS } from './support/builders.ts';
import { type Code, StrictServer } from './support/strict-server.ts';

const MARKETO = limitsOf({ windowCalls: 100, slots: 10 });
/** In Chicago, in summer. */
const MIDNIGHT_MS = Date.UTC(2026, 6, 16, 5);
const OUTCOMES: Record<Code, CallOutcome> = { '606': 'windowSpent', '607': 'daySpent', '615': 'slotsSpent' };

interface Traffic {
  readonly ours: { readonly atMs: number; readonly code: Code | undefined }[];
  /** Our calls that were let in between two instants, in seconds after the start, for each window of 20 s. */
  rate(fromSeconds: number, toSeconds: number): number;
  /** Share of our calls that were refused with the code. */
  refused(code: Code, fromSeconds: number, toSeconds: number): number;
}

interface Story {
  readonly limits?: LedgerLimits;
  readonly startMs?: number;
  readonly seconds: number;
  readonly workers: number;
  readonly workMs: readonly [number, number];
  readonly resetAfter?: (nowMs: number) => number;
  /** Somebody who asks nobody. */
  readonly other: { fromSeconds: number; toSeconds: number; everyMs: number; workMs: number };
}

/** The relay's workers saturate the ledger, while another integration calls as it likes. */
async function tell(story: Story): Promise<Traffic> {
  const { limits = MARKETO, startMs = NOON_MS, seconds, workers, workMs, other } = story;
  const time = new VirtualTime(startMs);
  const random = seeded(11);
  const server = new StrictServer(time, limits, story.resetAfter);
  const register = createMemoryRegister();
  const ours: Traffic['ours'] = [];
  const until = startMs + seconds * 1_000;

  async function work(): Promise<void> {
    const clock = time.clock();
    const ledger = createSharedLedger({ register, limits, clock, random, log: silentLog });
    while (time.nowMs < until) {
      const [answer] = await ledger.acquire([askOf()]);
      if (answer?.kind !== 'granted') {
        const waitMs = answer?.waitMs ?? 1_000;
        await time.sleep(waitMs + (random() * Math.min(waitMs, 2_000)) / 2);
        continue;
      }
      const { permit } = answer;
      if (permit.notBeforeMs > time.nowMs) await time.sleep(permit.notBeforeMs - time.nowMs);
      const atMs = time.nowMs;
      const code = await server.call(between(random, ...workMs));
      ours.push({ atMs, code });
      const outcome = code === undefined ? 'success' : OUTCOMES[code];
      await ledger.release([{ permit, operation: 'syncLeads', outcome, counted: true, endedAtMs: clock.nowMs() }]);
    }
  }

  async function disturb(): Promise<void> {
    await time.sleep(other.fromSeconds * 1_000);
    while (time.nowMs < startMs + other.toSeconds * 1_000) {
      void server.call(other.workMs);
      await time.sleep(other.everyMs);
    }
  }

  for (let worker = 0; worker < workers; worker++) void work();
  void disturb();
  await time.run();
  const within = (from: number, to: number) =>
    ours.filter(({ atMs }) => atMs >= startMs + from * 1_000 && atMs < startMs + to * 1_000);
  return {
    ours,
    rate: (from, to) => (within(from, to).filter(({ code }) => code === undefined).length * 20) / (to - from),
    refused: (code, from, to) =>
      within(from, to).filter((call) => call.code === code).length / Math.max(1, within(from, to).length),
  };
}

function report(name: string, traffic: Traffic, code: Code, cuts: readonly [number, number, number, number]): void {
  const spans = [cuts.slice(0, 2), cuts.slice(1, 3), cuts.slice(2, 4)] as [number, number][];
  const parts = spans.map(([from, to]) => {
    const refused = (traffic.refused(code, from, to) * 100).toFixed(1);
    return `${traffic.rate(from, to).toFixed(1)} calls in 20 s (${refused} % ${code})`;
  });
  process.stdout.write(`${name}: before ${parts.join(', during ')}\n`.replace(/, during (?=[^,]*$)/, ', after '));
}

describe('limits that another integration uses too', () => {
  it('606: the relay slows down to what is left of the window, and recovers by itself', async () => {
    const other = { fromSeconds: 400, toSeconds: 1_200, everyMs: 20_000 / 60, workMs: 300 };

    const traffic = await tell({ seconds: 2_000, workers: 10, workMs: [200, 500], other });

    report('606', traffic, '606', [100, 400, 1_200, 2_000]);
    expect(traffic.rate(100, 400)).toBeGreaterThan(96);
    expect(traffic.refused('606', 0, 400)).toBe(0);
    // The other takes 60 of 100.
    expect(traffic.rate(500, 1_200)).toBeGreaterThan(25);
    expect(traffic.rate(500, 1_200)).toBeLessThan(41);
    expect(traffic.refused('606', 500, 1_200)).toBeLessThan(0.1);
    expect(traffic.rate(1_650, 2_000)).toBeGreaterThan(96);
    expect(traffic.refused('606', 1_250, 2_000)).toBe(0);
  });

  it('615: the relay gives slots up to others, and takes them back', async () => {
    // Slow calls: the relay would use all ten slots; the other holds five.
    const limits = limitsOf({ windowCalls: 100, slots: 10 });
    const other = { fromSeconds: 400, toSeconds: 1_200, everyMs: 1_000, workMs: 5_000 };

    const traffic = await tell({ limits, seconds: 1_800, workers: 14, workMs: [2_500, 3_500], other });

    report('615', traffic, '615', [100, 400, 1_200, 1_800]);
    expect(traffic.refused('615', 0, 400)).toBe(0);
    expect(traffic.rate(500, 1_200)).toBeGreaterThan(traffic.rate(100, 400) * 0.25);
    expect(traffic.rate(500, 1_200)).toBeLessThan(traffic.rate(100, 400) * 0.75);
    expect(traffic.refused('615', 500, 1_200)).toBeLessThan(0.15);
    expect(traffic.rate(1_450, 1_800)).toBeGreaterThan(traffic.rate(100, 400) * 0.95);
  });

  it.each([
    ['at midnight in Chicago', 5, [0]],
    ['at midnight of UTC-6, an hour later in summer', 6, [0, 0.5, 1]],
  ])(
    '607: the relay stops, tries one call at each reading of midnight and each half hour, and goes on (%s)',
    async (_name, hour, tries: readonly number[]) => {
      const startMs = MIDNIGHT_MS - 600_000;
      const resetMs = Date.UTC(2026, 6, 16, hour);
      const limits = limitsOf({ windowCalls: 100, slots: 10, dayCalls: 1_000 });
      const resetAfter = (nowMs: number): number => (nowMs < resetMs ? resetMs : resetMs + 86_400_000);
      const other = { fromSeconds: 0, toSeconds: 300, everyMs: 400, workMs: 300 };

      const traffic = await tell({
        limits,
        startMs,
        seconds: 5_400,
        workers: 10,
        workMs: [200, 500],
        resetAfter,
        other,
      });

      const spent = traffic.ours.filter(({ code }) => code === '607');
      const firstMs = spent[0]?.atMs ?? 0;
      const later = traffic.ours.filter(({ atMs }) => atMs > firstMs + 5_000);
      const goesOn = later.findIndex(({ code }) => code === undefined);
      const probes = later.slice(0, goesOn + 1).map(({ atMs }) => Math.round((atMs - MIDNIGHT_MS) / 60_000) / 60);
      process.stdout.write(
        `607: ${spent.length} refused, then tried ${probes.join(', ')} hours after midnight in Chicago\n`,
      );
      // Those that were under way together, and the probes that came too early.
      expect(spent.length).toBeLessThanOrEqual(limits.slots + tries.length - 1);
      expect(probes).toEqual(tries);
      expect(traffic.rate((resetMs - startMs) / 1_000 + 20, (resetMs - startMs) / 1_000 + 120)).toBeGreaterThan(90);
    },
  );
});
