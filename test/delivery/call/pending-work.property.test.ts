import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallResult } from '../../../lib/delivery/call/call-result.ts';
import { createPendingWork } from '../../../lib/delivery/call/pending-work.ts';
import { type Outcome, type RequeueOutcome, sameOutcome } from '../../../lib/delivery/outcome.ts';
import { bisect } from '../../../lib/delivery/plan/bisect.ts';
import { countUnits } from '../../../lib/delivery/plan/units.ts';
import { type Call, messagesOf, type WorkItem } from '../../../lib/delivery/work-item.ts';
import type { Message } from '../../../lib/message/message.ts';
import { runsOf } from '../../support/runs-of.ts';
import { messageOf } from '../fixtures.ts';

const RUNS = { numRuns: runsOf(500), seed: 11 };
const DELIVERED: Outcome = { kind: 'delivered' };
const REQUEUED: RequeueOutcome = { kind: 'requeue', reason: 'retry', code: '713', delayMs: 1_000 };

/** Records of a few people, updates that set their addresses, and pushes of several, which are indivisible. */
const message = fc.oneof(
  fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }).map((keys) => ({
    path: '/rest/v1/leads.json',
    body: { input: keys.map((key) => ({ email: `${key}@x.test` })) },
  })),
  fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 })), { minLength: 1, maxLength: 3 }).map((updates) => ({
    path: '/rest/v1/leads.json',
    body: {
      action: 'updateOnly',
      lookupField: 'id',
      input: updates.map(([id, key]) => ({ id, email: `${key}@x.test` })),
    },
  })),
  fc.subarray([0, 1, 2, 3], { minLength: 1 }).map((keys) => ({
    path: '/rest/v1/leads/push.json',
    body: { programName: 'p', input: keys.map((key) => ({ email: `${key}@x.test` })) },
  })),
);
const messages = fc
  .array(message, { minLength: 1, maxLength: 8 })
  .map((bodies) => bodies.map((body, index) => messageOf({ method: 'POST', ...body }, `m${index}`)));

/** What the scheduler may do next; the numbers choose among what there is. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('start', 'start', 'start', 'end', 'end', 'withdraw', 'decide', 'restore', 'requeueRest'),
    how: fc.constantFrom('decided', 'decided', 'failed', 'failed', 'failed', 'halved', 'reauthenticated', 'notSent'),
    which: fc.nat({ max: 20 }),
    bits: fc.nat({ max: 255 }),
  }),
  { maxLength: 40 },
);
type Step = typeof steps extends fc.Arbitrary<(infer One)[]> ? One : never;

const chosen = (items: readonly WorkItem[], bits: number): readonly WorkItem[] =>
  items.filter((_, index) => (bits >> (index % 8)) & 1);

function resultOf(call: Call, { how, bits }: Step): CallResult {
  const { items } = call;
  if (how === 'halved' && items.length > 1) return { kind: 'replaced', outcomes: new Map(), calls: bisect(call) };
  if (how === 'failed') {
    const fault = { code: '1003', text: bits % 2 === 0 ? 'no good' : `no good: '${bits % 4}@x.test'` };
    const dead = sameOutcome(items, DELIVERED);
    return countUnits(items) > 1
      ? { kind: 'failed', outcomes: new Map(), final: dead, fault }
      : { kind: 'decided', outcomes: dead, fault };
  }
  if (how === 'reauthenticated') {
    return { kind: 'replaced', outcomes: new Map(), calls: [{ ...call, tokenTries: call.tokenTries + 1 }] };
  }
  const done = new Set(chosen(items, bits));
  if (how === 'notSent') {
    const rest = items.filter((item) => !done.has(item));
    return { kind: 'notSent', outcomes: sameOutcome([...done], DELIVERED), items: rest };
  }
  return { kind: 'decided', outcomes: new Map(items.map((item) => [item, done.has(item) ? DELIVERED : REQUEUED])) };
}

/** A work list under some steps, watched after each. */
function play(queue: readonly Message[], todo: readonly Step[], watch: (world: World) => void): World {
  const world = new World(queue);
  for (const step of todo) {
    world.act(step);
    watch(world);
  }
  return world;
}

class World {
  readonly work;
  readonly all: readonly WorkItem[];
  readonly inFlight: Call[] = [];
  /** In the order of their starts. */
  readonly started: { readonly item: WorkItem; readonly undecidedThen: ReadonlySet<WorkItem> }[] = [];

  constructor(queue: readonly Message[]) {
    this.work = createPendingWork(queue);
    this.all = this.work.places().pending;
  }

  act(step: Step): void {
    const { work } = this;
    switch (step.what) {
      case 'start': {
        const calls = work.startable();
        const call = calls[step.which % Math.max(1, calls.length)];
        if (call === undefined) return;
        const some = chosen(call.items, step.bits);
        const undecidedThen = new Set(this.all.filter((item) => !work.outcomes().has(item)));
        const going = work.start(call, some.length > 0 ? some : call.items);
        this.inFlight.push(going);
        this.started.push(...going.items.map((item) => ({ item, undecidedThen })));
        return;
      }
      case 'end': {
        const [call] = this.inFlight.splice(step.which % Math.max(1, this.inFlight.length), 1);
        if (call !== undefined) work.end(call, resultOf(call, step));
        return;
      }
      case 'withdraw':
        work.withdraw((item) => ((step.bits >> (this.all.indexOf(item) % 8)) & 1) === 1 && step.which < 5);
        return;
      case 'decide':
        work.decide(sameOutcome(work.places().withdrawn, step.which % 2 === 0 ? DELIVERED : REQUEUED));
        return;
      case 'restore':
        work.restore(new Map(chosen(work.places().withdrawn, step.bits).map((item) => [item, item])));
        return;
      case 'requeueRest':
        if (step.which < 3) work.requeueRest((turn) => ({ ...REQUEUED, code: 'window', delayMs: turn }));
    }
  }

  /** As the scheduler does before it returns. */
  finish(): void {
    const { work } = this;
    work.requeueRest(() => REQUEUED);
    for (const call of this.inFlight.splice(0))
      work.end(call, { kind: 'replaced', outcomes: new Map(), calls: [call] });
    work.requeueRest(() => REQUEUED);
    work.decide(sameOutcome(work.places().withdrawn, DELIVERED));
  }

  /** Items behind this one in the queue that share a key with it, which one of the two finds its object by. */
  readonly behind = (item: WorkItem): readonly WorkItem[] => {
    const later = this.all.slice(this.all.indexOf(item) + 1);
    const isFoundBy = (one: WorkItem, key: string): boolean => one.keys.includes(key) && !one.setKeys.includes(key);
    return later.filter((other) =>
      other.keys.some((key) => item.keys.includes(key) && (isFoundBy(item, key) || isFoundBy(other, key))),
    );
  };
}

describe('the work list of an invocation, whatever happens in whatever order', () => {
  it('has every item in exactly one place: none is lost, none is doubled', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      play(queue, todo, ({ work, all }) => {
        const { pending, ready, held, inFlight, withdrawn } = work.places();
        const found = [...pending, ...ready, ...held, ...inFlight, ...withdrawn, ...work.outcomes().keys()];
        expect(found).toHaveLength(all.length);
        expect(new Set(found)).toEqual(new Set(all));
      });
    });
    fc.assert(property, RUNS);
  });

  it('has something to start while anything is to do and nothing is in the way', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      play(queue, todo, ({ work }) => {
        const { pending, ready, held, inFlight, withdrawn } = work.places();
        const calls = work.startable();
        expect(calls.every(({ items }) => items.length > 0)).toBe(true);
        const isFree = inFlight.length + withdrawn.length === 0;
        if (isFree && pending.length + ready.length + held.length > 0) expect(calls).not.toEqual([]);
      });
    });
    fc.assert(property, RUNS);
  });

  it('ends with one outcome for each item', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      const world = play(queue, todo, () => {});
      world.finish();
      expect(new Set(world.work.outcomes().keys())).toEqual(new Set(world.all));
      expect(queue.every((one) => world.work.isDecided(one))).toBe(true);
    });
    fc.assert(property, RUNS);
  });

  it('never changes an outcome', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      const first = new Map<WorkItem, Outcome>();
      play(queue, todo, ({ work, all }) => {
        for (const [item, outcome] of work.outcomes()) if (!first.has(item)) first.set(item, outcome);
        work.decide(
          sameOutcome(
            all.filter((item) => first.has(item)),
            { ...REQUEUED, code: 'late' },
          ),
        );
        expect(new Map(work.outcomes())).toEqual(first);
      });
    });
    fc.assert(property, RUNS);
  });

  it('starts an item only when every earlier one of its keys has its outcome', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      const { started, all, behind } = play(queue, todo, () => {});
      for (const { item, undecidedThen } of started) {
        const ahead = all.filter((other) => behind(other).includes(item));
        expect(ahead.filter((other) => undecidedThen.has(other))).toEqual([]);
      }
    });
    fc.assert(property, RUNS);
  });

  it('requeues with an item all that comes after it by its keys', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      play(queue, todo, (world) => {
        const { pending, ready, held, inFlight } = world.work.places();
        const open = new Set([...pending, ...ready, ...held, ...inFlight]);
        for (const [item, { kind }] of world.work.outcomes()) {
          if (kind === 'requeue') expect(world.behind(item).filter((later) => open.has(later))).toEqual([]);
        }
      });
    });
    fc.assert(property, RUNS);
  });

  it('counts what is undecided by message', () => {
    const property = fc.property(messages, steps, (queue, todo) => {
      play(queue, todo, ({ work, all }) => {
        for (const one of queue) {
          const own = all.filter((item) => item.message === one);
          expect([...work.outcomesOf(one).keys()]).toEqual(own.filter((item) => work.outcomes().has(item)));
          expect(work.isDecided(one)).toBe(own.every((item) => work.outcomes().has(item)));
        }
      });
    });
    fc.assert(property, RUNS);
  });

  it('keeps the parts of a call apart: a part that is not sent is ready again, and requeued it stays as small', () => {
    const property = fc.property(messages, (queue) => {
      const work = createPendingWork(queue);
      const call = work.startable().find(({ items }) => messagesOf(items).length > 1);
      if (call === undefined) return;
      work.end(work.start(call), { kind: 'replaced', outcomes: new Map(), calls: bisect(call) });
      const [part, other] = work.startable();
      if (part === undefined || other === undefined) throw new Error('two parts expected');
      work.end(work.start(part), { kind: 'notSent', outcomes: new Map(), items: part.items });
      expect(work.startable().map(({ items }) => items)).toContainEqual(part.items);
      work.requeueRest(() => REQUEUED);
      for (const item of call.items) {
        const own = part.items.includes(item) ? part : other;
        const messagesIn = messagesOf(own.items).length;
        const records = messagesIn === 1 ? { recordsAtMost: countUnits(own.items) } : {};
        expect(work.outcomes().get(item)).toEqual({ ...REQUEUED, shareAtMost: messagesIn, ...records });
      }
    });
    fc.assert(property, RUNS);
  });
});
