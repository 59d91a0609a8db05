import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRegister } from '../../lib/ledger/register.ts';
import { EMPTY_STATE, type LedgerState } from '../../lib/ledger/state.ts';
import { arbitraryState } from './support/arbitrary-state.ts';
import { endOf, NOON_MS, slotOf, stateOf } from './support/builders.ts';

interface RegisterUnderTest {
  /** A register with nothing in it. */
  create(): LedgerRegister;
  /** The next write takes effect and its reply is lost. Absent where there is no network in between. */
  loseNextReply?(): void;
  close(): Promise<void>;
}

const next = (state: LedgerState, change: Partial<LedgerState> = {}): LedgerState => ({
  ...state,
  ...change,
  version: state.version + 1,
});

/** With permits of its own, as each is granted once and never changes, and no end without a slot. */
function likely(state: LedgerState, suffix: string): LedgerState {
  const renamed = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(map).flatMap(([id, value]) => (state.slots[id] ? [[`${id}${suffix}`, value]] : [])),
    );
  return { ...state, slots: renamed(state.slots), releases: renamed(state.releases) };
}

/** What every register must do; the same tests run on all of them. */
function describeRegister(name: string, open: () => Promise<RegisterUnderTest>, network?: 'none'): void {
  describe(name, () => {
    let under: RegisterUnderTest;
    beforeAll(async () => {
      under = await open();
    }, 60_000);
    afterAll(async () => under?.close());

    async function holding(
      change: Partial<LedgerState> = {},
    ): Promise<{ register: LedgerRegister; state: LedgerState }> {
      const register = under.create();
      expect(await register.swap(EMPTY_STATE, stateOf(change))).toBe(true);
      return { register, state: await register.read() };
    }

    it('holds the empty state at first', async () => {
      expect(await under.create().read()).toEqual(EMPTY_STATE);
    });

    it('lets one of two first swaps win', async () => {
      const register = under.create();

      const won = await Promise.all([
        register.swap(EMPTY_STATE, stateOf({ callMs: 1 })),
        register.swap(EMPTY_STATE, stateOf({ callMs: 2 })),
      ]);

      expect(won.filter((one) => one)).toHaveLength(1);
      expect((await register.read()).callMs).toBe(won[0] ? 1 : 2);
    });

    it('lets one of many swaps of the same version win', async () => {
      const { register, state } = await holding();
      const rivals = Array.from({ length: 8 }, (_, index) =>
        next(state, { slots: { [`w${index}-0`]: slotOf({ keys: [index] }) } }),
      );

      const won = await Promise.all(rivals.map((rival) => register.swap(state, rival)));

      expect(won.filter((one) => one)).toHaveLength(1);
      expect(await register.read()).toEqual(rivals[won.indexOf(true)]);
    });

    it('changes nothing for a swap of an old version', async () => {
      const { register, state } = await holding();
      const second = next(state, { slots: { 'a-0': slotOf() } });
      await register.swap(state, second);

      expect(await register.swap(state, next(state, { slots: { 'b-0': slotOf() } }))).toBe(false);
      expect(await register.read()).toEqual(second);
    });

    it('gives back any state it was given, whatever it held before', async () => {
      const samples = fc.sample(arbitraryState, { numRuns: 30, seed: 7 });
      const states = samples.map((sample, index) => likely(sample, String(index)));
      const { register, state } = await holding();

      let from = state;
      for (const [index, to] of states.entries()) {
        const swapped = { ...to, version: state.version + 1 + index };
        expect(await register.swap(from, swapped)).toBe(true);
        from = await register.read();
        expect(from).toEqual(swapped);
      }
    });

    it('records ends without a condition, and tells the state as it is then', async () => {
      const { register, state } = await holding({ slots: { 'a-0': slotOf(), 'a-1': slotOf() } });
      await register.swap(state, next(state));

      const told = await register.recordReleases({
        'a-0': endOf(),
        'a-1': endOf({ outcome: 'transient', counted: false }),
      });

      expect(told).toEqual(await register.read());
      expect(told.releases).toEqual({ 'a-0': endOf(), 'a-1': endOf({ outcome: 'transient', counted: false }) });
      expect(told.version).toBe(2);
    });

    it('keeps ends recorded while a swap was on its way', async () => {
      const { register, state } = await holding({ slots: { 'a-0': slotOf(), 'b-0': slotOf() } });
      await register.recordReleases({ 'b-0': endOf() });

      const swapped = await register.swap(state, next(state, { slots: { ...state.slots, 'c-0': slotOf() } }));

      expect(swapped).toBe(true);
      expect((await register.read()).releases).toEqual({ 'b-0': endOf() });
    });

    it('writes ends that a swap brings along', async () => {
      const { register, state } = await holding({ slots: { 'a-0': slotOf() } });

      await register.swap(state, next(state, { releases: { 'a-0': endOf({ holdMs: 9_000 }) } }));

      expect((await register.read()).releases).toEqual({ 'a-0': endOf({ holdMs: 9_000 }) });
    });

    it('drops late and repeated ends with the next swap', async () => {
      const { register, state } = await holding({ slots: { 'a-0': slotOf() } });
      await register.recordReleases({ 'a-0': endOf() });
      const ended = await register.read();
      await register.swap(ended, next(ended, { slots: {}, releases: {} }));

      await register.recordReleases({ 'a-0': endOf() });
      const late = await register.read();
      await register.swap(late, next(late, { releases: {} }));

      expect((await register.read()).releases).toEqual({});
      expect(state.version).toBe(1);
    });

    it('keeps what tells of marks, of a slot or of none, while a swap was on its way', async () => {
      const { register, state } = await holding({ slots: { 'a-0': slotOf() } });
      const told = {
        'a-0': endOf({ marksUntilMs: NOON_MS }),
        'b-7': endOf({ outcome: 'unused', marksUntilMs: NOON_MS + 1 }),
      };
      expect((await register.recordReleases(told)).releases).toEqual(told);

      const taken = next(state, { slots: { ...state.slots, 'c-0': slotOf() }, marksUntilMs: NOON_MS + 2 });
      expect(await register.swap(state, taken)).toBe(true);
      const kept = await register.read();
      expect(kept).toMatchObject({ releases: told, marksUntilMs: NOON_MS + 2 });

      const { marksUntilMs: _, ...rest } = next(kept, { releases: {} });
      expect(await register.swap(kept, rest)).toBe(true);
      expect(await register.read()).toEqual(rest);
    });

    it('takes an end for nothing when nothing is stored', async () => {
      const register = under.create();

      expect(await register.recordReleases({ 'a-0': endOf() })).toEqual(EMPTY_STATE);
      expect(await register.read()).toEqual(EMPTY_STATE);
    });

    if (network === 'none') return;

    it('knows that it won when the reply was lost and the request sent again', async () => {
      const register = under.create();
      const first = stateOf({ slots: { 'a-0': slotOf() } });
      under.loseNextReply?.();
      expect(await register.swap(EMPTY_STATE, first)).toBe(true);

      const second = next(first, { slots: { ...first.slots, 'b-0': slotOf() } });
      under.loseNextReply?.();
      expect(await register.swap(first, second)).toBe(true);
      expect(await register.read()).toEqual(second);
    });

    it('knows that it lost although it asked twice', async () => {
      const { register, state } = await holding();
      await register.swap(state, next(state, { slots: { 'a-0': slotOf() } }));

      under.loseNextReply?.();

      expect(await register.swap(state, next(state, { slots: { 'b-0': slotOf() } }))).toBe(false);
    });
  });
}

export type { RegisterUnderTest };
export { describeRegister };
