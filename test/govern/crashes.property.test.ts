import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runsOf } from '../support/runs-of.ts';
import { createGovernWorld, type GovernWorld, MINUTE_MS } from './world.ts';

type Happening =
  | { readonly kind: 'stop'; readonly forMinutes: number }
  | { readonly kind: 'works' | 'pause' | 'resume' | 'deploy' }
  | { readonly kind: 'crash'; readonly atEffect: number }
  | { readonly kind: 'minutes'; readonly count: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('stop' as const), forMinutes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constantFrom('works' as const, 'pause' as const, 'resume' as const, 'deploy' as const) }),
  fc.record({ kind: fc.constant('crash' as const), atEffect: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('minutes' as const), count: fc.integer({ min: 1, max: 30 }) }),
);

async function happen(world: GovernWorld, one: Happening): Promise<void> {
  switch (one.kind) {
    case 'stop': {
      const untilMs = world.nowMs + one.forMinutes * MINUTE_MS;
      world.stop = { reason: 'credentialsRefused', sinceMs: world.nowMs, untilMs, needsProbe: true };
      return;
    }
    case 'works':
      world.stop = undefined;
      world.worksAtMs = world.nowMs;
      return;
    case 'pause':
      return world.personPauses();
    case 'resume':
      return world.personResumes();
    case 'deploy':
      if (world.mapping.state === 'disabled') world.setMapping(true);
      return;
    case 'crash': {
      let points = 0;
      world.atEffect = () => {
        points += 1;
        if (points === one.atEffect) throw new Error('the run ends');
      };
      await world.run();
      world.atEffect = () => {};
      return;
    }
    case 'minutes':
      return world.runFor(one.count);
  }
}

describe('whatever happens, and wherever runs end', () => {
  const histories = fc.array(happening, { maxLength: 25 });

  it('the relay runs in the end unless a person has paused it, and is paused if a person has', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const world = createGovernWorld();
        for (const one of history) await happen(world, one);
        // The command line waits until Lambda has done what it was told.
        await world.runFor(2);
        const isPersons = world.note?.by === 'person';
        world.stop = undefined;
        await world.runFor(6);
        expect(world.mapping.state).toBe(isPersons ? 'disabled' : 'enabled');
        expect(world.note?.by).toBe(isPersons ? 'person' : undefined);
      }),
      { numRuns: runsOf(500) },
    );
  });

  it('a stop that lasts pauses the relay, and what waits then is probed until it works', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const world = createGovernWorld();
        for (const one of history) await happen(world, one);
        await world.runFor(2);
        if (world.note?.by === 'person') return;
        world.worksAtMs = undefined;
        const untilMs = world.nowMs + 40 * MINUTE_MS;
        world.stop = { reason: 'credentialsRefused', sinceMs: world.nowMs, untilMs, needsProbe: true };
        await world.runFor(30);
        expect(world.mapping.state).toBe('disabled');
        world.onProbe = () => {
          world.stop = undefined;
        };
        await world.runFor(15);
        expect(world.mapping.state).toBe('enabled');
      }),
      { numRuns: runsOf(300) },
    );
  });
});
