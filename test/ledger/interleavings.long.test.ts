import { describe, expect, it } from 'vitest';
import { admit } from '../../lib/ledger/admit.ts';
import type { LedgerState } from '../../lib/ledger/state.ts';
import { limitsOf } from './support/builders.ts';
import { type Exploration, explore } from './support/explore.ts';
import { WINDOW_MS } from './support/small-world.ts';

/**
 * Two workers, two slots, three places in the window: every order in which they can read, swap, send, hear, give up,
 * tell and die, and in which their calls can arrive and end. Not samples: every state that can be reached.
 */
const WORLD: Exploration = {
  limits: limitsOf({ windowCalls: 3, slots: 2, windowMs: WINDOW_MS, clockSkewMs: 500 }),
  offsetsMs: [0, 500],
  faults: { deaths: 0, impatience: 0, repeats: 0 },
  maxStates: 400_000,
  admit,
  swapIf: (stored, from) => stored.version === from.version,
};

const PATIENCE_MS = 60_000;

describe('in every interleaving of two workers', () => {
  it.each<[string, Partial<Exploration>]>([
    ['with clocks half a second apart', {}],
    ['with one key, one of whom may die at any step', { key: 7, faults: { deaths: 1, impatience: 0, repeats: 0 } }],
    [
      'with one key, one of whom may not wait for a reply',
      { key: 7, faults: { deaths: 0, impatience: 1, repeats: 0 } },
    ],
  ])(
    'the server counts every limit kept: %s',
    (name, change) => {
      const { states, arrivals, complete, violation } = explore({ ...WORLD, ...change });

      process.stdout.write(`interleavings ${name}: ${states} states, all there are\n`);
      expect(violation).toBeUndefined();
      expect(complete).toBe(true);
      expect(arrivals).toBeGreaterThan(1_000);
    },
    PATIENCE_MS,
  );

  it(
    'the server counts every limit kept with all of that at once, in the states nearest to the first',
    () => {
      const maxStates = 150_000;

      const { states, violation } = explore({
        ...WORLD,
        faults: { deaths: 1, impatience: 1, repeats: 1 },
        maxStates,
      });

      process.stdout.write(`interleavings with all of that at once: ${states} states, the nearest\n`);
      expect(violation).toBeUndefined();
      expect(states).toBe(maxStates);
    },
    PATIENCE_MS,
  );
});

/** Ends stamped with the start of their calls. */
function fromTheGrant(state: LedgerState): LedgerState {
  const ends = Object.entries(state.releases).map(([id, end]) => [
    id,
    { ...end, atMs: state.slots[id]?.notBeforeMs ?? end.atMs },
  ]);
  return { ...state, releases: Object.fromEntries(ends) };
}

describe('the exploration', () => {
  it.each<[string, Partial<Exploration>, string]>([
    ['swaps without a condition', { swapIf: () => true }, 'window'],
    [
      'counts a call from its grant',
      { admit: (state, ...rest) => admit(fromTheGrant(state), ...rest), limits: { ...WORLD.limits, slots: 3 } },
      'window',
    ],
    [
      'lets one more call into the window',
      {
        admit: (state, asks, ids, view) =>
          admit(state, asks, ids, { ...view, limits: { ...view.limits, windowCalls: 4 } }),
      },
      'window',
    ],
    [
      'ignores keys',
      {
        key: 7,
        admit: (state, asks, ...rest) =>
          admit(
            state,
            asks.map((ask) => ({ ...ask, keys: [] })),
            ...rest,
          ),
      },
      'keys',
    ],
    [
      'takes a slot back before the call can be over',
      {
        key: 7,
        faults: { deaths: 1, impatience: 0, repeats: 0 },
        admit: (state, asks, ...rest) =>
          admit(
            state,
            asks.map((ask) => ({ ...ask, callTimeoutMs: 0 })),
            ...rest,
          ),
      },
      'keys',
    ],
  ])(
    'finds a ledger that %s',
    (_name, change, rule) => {
      const { violation } = explore({ ...WORLD, ...change });

      expect(violation?.rule, violation?.trace.join(', ')).toBe(rule);
    },
    PATIENCE_MS,
  );
});
