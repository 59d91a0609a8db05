import { describe, expect, it } from 'vitest';
import type { Permit, PermitAnswer, PermitAsk, Release } from '../../lib/ledger/ledger.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import type { Log } from '../../lib/ports.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { askOf, limitsOf, NOON_MS } from './support/builders.ts';

function setUp(change: Partial<LedgerRegister> = {}, log: Log = silentLog) {
  const time = new VirtualTime(NOON_MS);
  const memory = createMemoryRegister();
  const requests: string[] = [];
  const counted: LedgerRegister = {
    read: () => memory.read(),
    swap: (from, to) => {
      requests.push('swap');
      return (change.swap ?? memory.swap)(from, to);
    },
    recordReleases: (ends) => {
      requests.push(`end ${Object.keys(ends).length}`);
      return (change.recordReleases ?? memory.recordReleases)(ends);
    },
  };
  const limits = limitsOf({ windowCalls: 20, slots: 5 });
  const options = { limits, clock: time.clock(), random: seeded(3), log };
  const worker = () => createSharedLedger({ ...options, register: counted });
  return { time, memory, requests, worker, ledger: worker() };
}

const permitOf = (answer: PermitAnswer | undefined): Permit => {
  if (answer?.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(answer)}`);
  return answer.permit;
};
const endOfCall = (permit: Permit, endedAtMs: number, change: Partial<Release> = {}): Release => ({
  permit,
  operation: 'syncLeads',
  outcome: 'success',
  counted: true,
  endedAtMs,
  ...change,
});

describe('marks of order', () => {
  const UNTIL_MS = NOON_MS + 3_600_000;

  it('are known to whoever is granted the keys of a call that left some, with no write more', async () => {
    const { time, worker, requests } = setUp();
    const [one, other] = [worker(), worker()];
    const [answer] = await time.finish(one.acquire([askOf({ keys: [7] })]));
    expect(other.marksUntilMs()).toBe(0);
    await time.finish(
      one.release([endOfCall(permitOf(answer), time.nowMs, { outcome: 'transient', marksUntilMs: UNTIL_MS })]),
    );
    expect(requests).toEqual(['swap', 'end 1']);

    permitOf((await time.finish(other.acquire([askOf({ keys: [7] })])))[0]);
    expect(other.marksUntilMs()).toBe(UNTIL_MS);
    expect(requests).toEqual(['swap', 'end 1', 'swap']);
  });

  it('are told by themselves where no call was made, once', async () => {
    const { time, worker, requests } = setUp();
    const [one, other] = [worker(), worker()];
    await time.finish(one.acquire([askOf()]));
    await time.finish(one.tellMarks(UNTIL_MS));
    await time.finish(one.tellMarks(UNTIL_MS - 1));
    expect(requests).toEqual(['swap', 'end 1']);

    await time.finish(other.acquire([askOf()]));
    expect(other.marksUntilMs()).toBe(UNTIL_MS);
    await time.finish(other.tellMarks(UNTIL_MS));
    expect(requests).toEqual(['swap', 'end 1', 'swap']);
  });

  it('are told before anybody has asked for a permit', async () => {
    const { time, worker } = setUp();
    const [one, other] = [worker(), worker()];
    await time.finish(one.tellMarks(UNTIL_MS));

    await time.finish(other.acquire([askOf()]));
    expect(other.marksUntilMs()).toBe(UNTIL_MS);
  });

  it('are forgotten when the last of them has ended', async () => {
    const { time, worker, memory } = setUp();
    const [one, other] = [worker(), worker()];
    await time.finish(one.acquire([askOf()]));
    await time.finish(one.tellMarks(time.nowMs + 1_000));
    await time.finish(time.sleep(60_000));
    await time.finish(other.acquire([askOf()]));

    expect((await memory.read()).marksUntilMs).toBeUndefined();
    expect(other.marksUntilMs()).toBeLessThan(time.nowMs);
  });
});

describe("a worker's ledger", () => {
  it('asks for several calls in one write', async () => {
    const { time, ledger, requests } = setUp();

    const answers = await time.finish(ledger.acquire([askOf(), askOf(), askOf()]));

    expect(answers.map(({ kind }) => kind)).toEqual(['granted', 'granted', 'granted']);
    expect(requests).toEqual(['swap']);
  });

  it('writes the ends of calls that end together as one, when the last is over', async () => {
    const { time, ledger, requests, memory } = setUp();
    const answers = await time.finish(ledger.acquire([askOf(), askOf(), askOf()]));

    for (const answer of answers) {
      void ledger.release([endOfCall(permitOf(answer), time.nowMs)]);
      await time.run(() => false, time.nowMs + 100);
    }

    expect(requests).toEqual(['swap', 'end 3']);
    expect(Object.keys((await memory.read()).releases)).toHaveLength(3);
  });

  it('does not keep the ends of some calls for long while another goes on', async () => {
    const { time, ledger, requests } = setUp();
    const [first] = await time.finish(ledger.acquire([askOf(), askOf()]));

    await time.finish(ledger.release([endOfCall(permitOf(first), time.nowMs)]));

    expect(requests).toEqual(['swap', 'end 1']);
    expect(time.nowMs - NOON_MS).toBeLessThanOrEqual(500);
  });

  it.each(['transient', 'windowSpent', 'daySpent'] as const)('tells the others at once of %s', async (outcome) => {
    const { time, ledger, requests } = setUp();
    const [first] = await time.finish(ledger.acquire([askOf(), askOf()]));

    await time.finish(ledger.release([endOfCall(permitOf(first), time.nowMs, { outcome })]));

    expect(requests).toEqual(['swap', 'end 1']);
    expect(time.nowMs - NOON_MS).toBeLessThanOrEqual(25);
  });

  it('lets the next swap carry the end of the last call', async () => {
    const { time, ledger, requests, memory } = setUp();
    const [first] = await time.finish(ledger.acquire([askOf()]));
    const released = ledger.release([endOfCall(permitOf(first), time.nowMs)]);

    await time.finish(ledger.acquire([askOf()]));
    await time.finish(released);

    const state = await memory.read();
    expect(requests).toEqual(['swap', 'swap']);
    expect(Object.keys(state.slots)).toHaveLength(1);
    expect(state.windowCalls).toHaveLength(1);
  });

  it('gives up a release that the table does not take, with a word: the lease will end', async () => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    const { time, ledger, requests } = setUp({ recordReleases: () => Promise.reject(new Error('no table')) }, log);
    const [first] = await time.finish(ledger.acquire([askOf()]));

    await time.finish(ledger.release([endOfCall(permitOf(first), time.nowMs)]));

    expect(requests).toEqual(['swap', 'end 1', 'end 1', 'end 1']);
    expect(warnings).toEqual(['permits not released: their leases will end']);
  });

  it('refuses when it loses every race, after a bounded number', async () => {
    const { time, ledger, requests } = setUp({ swap: async () => false });

    const answers = await time.finish(ledger.acquire([askOf()]));

    expect(answers).toMatchObject([{ kind: 'refused', reason: 'slots', detail: 'crowded' }]);
    expect(requests).toHaveLength(8);
  });

  it('asks less often the more often it is refused, and at once again after a grant', async () => {
    const { time, worker, ledger } = setUp();
    const holder = worker();
    const held = await time.finish(holder.acquire([1, 2, 3, 4, 5].map(() => askOf())));

    const waits: number[] = [];
    for (let tries = 0; tries < 6; tries++) {
      const [answer] = await time.finish(ledger.acquire([askOf()]));
      waits.push(answer?.kind === 'refused' ? answer.waitMs : 0);
      await time.run(() => false, time.nowMs + 600);
    }
    await time.finish(holder.release(held.map((one) => endOfCall(permitOf(one), time.nowMs))));

    // Half a second is what calls take.
    expect(waits).toEqual([500, 500, 500, 500, 800, 800]);
    expect(await time.finish(ledger.acquire([askOf()]))).toMatchObject([{ kind: 'granted' }]);
  });

  it('stops the line of all workers when the credentials are refused', async () => {
    const { time, worker, ledger, requests } = setUp();

    await time.finish(
      Promise.all([
        ledger.tokenUnobtainable('credentialsRefused', '401'),
        worker().tokenUnobtainable('credentialsRefused', '401'),
      ]),
    );

    const [answer] = await time.finish(worker().acquire([askOf()]));
    expect(answer).toMatchObject({ kind: 'refused', reason: 'circuit', detail: 'credentialsRefused' });
    // The second finds that the line has stopped: its swap lost, and it needs no other.
    expect(requests).toEqual(['swap', 'swap']);
  });

  it('leaves to others what they have used', async () => {
    const { time, ledger, memory } = setUp();
    await time.finish(ledger.acquire([askOf()]));
    await time.run(() => false, time.nowMs + 1_000);

    await time.finish(ledger.learnUsage({ totalToday: 49_999, ownToday: 0, atMs: time.nowMs }));

    expect((await memory.read()).day.others).toBe(49_999);
    expect(await time.finish(ledger.acquire([askOf()]))).toMatchObject([{ kind: 'refused', reason: 'day' }]);
  });

  it.each<[string, Partial<PermitAsk>]>([
    ['a probe', {}],
    ['a health check', { healthCheck: true }],
  ])('tells the others at once what %s has found', async (_, change) => {
    const { time, ledger, requests } = setUp();
    // Another call of this worker is under way: an ordinary end would wait for it.
    await time.finish(ledger.acquire([askOf({ callTimeoutMs: 90_000 })]));
    await time.finish(ledger.tokenUnobtainable('credentialsRefused', '401'));
    await time.finish(time.sleep(60_000));
    const [tried] = await time.finish(ledger.acquire([askOf(change)]));
    expect(permitOf(tried).probe).toBe('line');
    const toldFromMs = time.nowMs;
    await time.finish(ledger.release([endOfCall(permitOf(tried), time.nowMs)]));

    expect(requests.at(-1)).toBe('end 1');
    expect(time.nowMs - toldFromMs).toBeLessThanOrEqual(25);
  });

  it('knows from one read what any worker has found out', async () => {
    const { time, worker, ledger, requests } = setUp();
    const other = worker();
    expect(await time.finish(ledger.evidence())).toMatchObject({ pausedOperations: [], callsInWindow: 0 });
    expect(ledger.status()).toBeUndefined();
    const [granted] = await time.finish(other.acquire([askOf()]));
    const endedAtMs = time.nowMs + 300;
    await time.finish(time.sleep(300));
    await time.finish(other.release([endOfCall(permitOf(granted), endedAtMs, { token: 7 })]));
    requests.length = 0;

    const evidence = await time.finish(ledger.evidence());

    expect(evidence.lastSuccess).toEqual({ atMs: endedAtMs, token: 7 });
    expect(ledger.status()).toMatchObject({ callsInWindow: 1, slotsTaken: 0, leftToday: 49_999 });
    expect(requests).toEqual([]);
  });

  it('knows of its own calls before it has told of them', async () => {
    const { time, ledger } = setUp();
    const [first] = await time.finish(ledger.acquire([askOf(), askOf()]));
    const released = ledger.release([endOfCall(permitOf(first), time.nowMs, { token: 7 })]);

    expect((await time.finish(ledger.evidence())).lastSuccess).toEqual({ atMs: NOON_MS, token: 7 });
    await time.finish(released);
  });

  it('says when a half-open circuit waits for a health check, and not before', async () => {
    const { time, ledger } = setUp();
    const failed = async (operation: string) => {
      const [answer] = await time.finish(ledger.acquire([askOf({ operation })]));
      const end = endOfCall(permitOf(answer), time.nowMs, { operation, outcome: 'transient' });
      await time.finish(ledger.release([end]));
    };
    for (const operation of ['syncLeads', 'getLeads', 'syncLeads', 'getLeads', 'syncLeads']) await failed(operation);

    expect(await time.finish(ledger.acquire([askOf()]))).toMatchObject([{ reason: 'circuit' }]);
    expect(ledger.status()?.lineStop?.reason).toBe('transientFailures');
    expect(ledger.healthCheckDue()).toBe(false);
    await time.finish(time.sleep(5_000));
    expect(ledger.healthCheckDue()).toBe(true);
    const [check] = await time.finish(ledger.acquire([askOf({ operation: 'getDailyUsage', healthCheck: true })]));
    expect(ledger.healthCheckDue()).toBe(false);
    await time.finish(ledger.release([endOfCall(permitOf(check), time.nowMs, { operation: 'getDailyUsage' })]));
    expect(await time.finish(ledger.acquire([askOf()]))).toMatchObject([{ kind: 'granted' }]);
  });

  it("reaches its caller with the table's failure", async () => {
    const { time, ledger } = setUp({ swap: () => Promise.reject(new Error('no table')) });

    await expect(time.finish(ledger.acquire([askOf()]))).rejects.toThrow('no table');
  });
});
