import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, planReceived, stateOf } from '../../../lib/delivery/intake/suspects.ts';
import { DELIVERY_POLICY } from '../../../lib/delivery/policy.ts';
import type { OutgoingMessage, ReceivedMessage } from '../../../lib/message/queue.ts';
import { encodeRelayState } from '../../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../../lib/message/relay-state.ts';
import { NOW_MS, recordOf } from './fixtures.ts';

const STATE: RelayState = {
  relayId: 'order-7',
  attempts: 2,
  attemptsAlone: 0,
  firstSeenMs: NOW_MS - 60_000,
  history: [],
  part: 0,
};
const TEN = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`own${index}`, text('x')]));

function text(stringValue: string) {
  return { dataType: 'String', stringValue };
}

let ids = 0;
function received(rest: Partial<ReceivedMessage> = {}, state?: Partial<RelayState>): ReceivedMessage {
  ids += 1;
  const attributes = state === undefined ? {} : { relay: encodeRelayState({ ...STATE, ...state }) };
  return recordOf('{}', { messageId: `m-${ids}`, receiptHandle: `h-${ids}`, attributes, ...rest });
}

const many = (count: number, ...of: Parameters<typeof received>) =>
  Array.from({ length: count }, () => received(...of));
const again = (count: number, state?: Partial<RelayState>) => many(count, { receiveCount: 2 }, state);
const copiesOf = (plan: Plan): readonly OutgoingMessage[] => plan.passedOn.map(({ copy }) => copy);
const stateIn = ({ attributes }: OutgoingMessage): RelayState => stateOf(received({ attributes }), NOW_MS);

describe('what is done with a batch before its bodies are read', () => {
  it('is nothing, and no attribute is looked at, as long as nobody was received before', () => {
    const batch = [...many(3), ...many(2, {}, {}), received({ attributes: { relay: text('not the relay’s') } })];
    expect(planReceived(batch, NOW_MS)).toEqual({ now: batch, guarded: [], passedOn: [], later: [], culprits: [] });
  });

  it('sends back who was received before, in groups a quarter as large, and delivers the others', () => {
    const others = many(2);
    const plan = planReceived([...again(40), ...others], NOW_MS);
    expect([plan.now, plan.guarded, plan.later, plan.culprits]).toEqual([others, [], [], []]);
    expect(
      copiesOf(plan)
        .map(stateIn)
        .map(({ group }) => group),
    ).toEqual(Array(40).fill(10));
    expect(copiesOf(plan).map(({ delaySeconds }) => delaySeconds)).toEqual(
      [0, 1, 2, 3].flatMap((s) => Array(10).fill(s)),
    );
  });

  it('names a message that nobody has read after its first receive, until somebody reads it', () => {
    const plan = planReceived([received({ receiveCount: 3, messageId: 'first' })], NOW_MS);
    expect(copiesOf(plan).map(stateIn)).toMatchObject([
      { relayId: 'first', firstSeenMs: NOW_MS - 5_000, unread: true, group: 1, attempts: 0 },
    ]);
  });

  it('keeps all that a retry message carries', () => {
    const [copy] = copiesOf(planReceived(again(1, { group: 9, shareAtMost: 3 }), NOW_MS));
    expect(copy && stateIn(copy)).toEqual({ ...STATE, group: 2, shareAtMost: 3 });
  });

  it('delivers a group of suspects without any other company, and keeps it under a short visibility', () => {
    const group = many(5, {}, { group: 5 });
    const [others, fresh] = [many(3, {}, { group: 5 }), many(4)];
    const plan = planReceived([...fresh, ...group, ...others], NOW_MS);
    expect([plan.now, plan.guarded]).toEqual([group, group]);
    expect(plan.passedOn.map(({ received: { messageId } }) => messageId)).toEqual(
      [...others, ...fresh].map(({ messageId }) => messageId),
    );
    expect(
      copiesOf(plan)
        .map(stateIn)
        .map(({ group: size }) => size),
    ).toEqual([5, 5, 5, ...Array(4).fill(undefined)]);
  });

  it('gives up on whoever ended two workers alone', () => {
    expect(planReceived(again(1, { group: 1 }), NOW_MS).passedOn).toHaveLength(1);
    const [copy] = copiesOf(planReceived(again(1, { group: 1 }), NOW_MS));
    expect(copy && stateIn(copy)).toMatchObject({ group: 1, diedAlone: 1 });
    const plan = planReceived(again(1, { group: 1, diedAlone: 1 }), NOW_MS);
    expect([plan.now, plan.passedOn]).toEqual([[], []]);
    expect(plan.culprits).toMatchObject([{ state: { diedAlone: 2 } }]);
  });

  it('takes nobody that is merely received often for a culprit', () => {
    const plan = planReceived([received({ receiveCount: 59 }), received({ receiveCount: 59 }, { group: 40 })], NOW_MS);
    expect(plan.culprits).toEqual([]);
    expect(
      copiesOf(plan)
        .map(stateIn)
        .map(({ group }) => group),
    ).toEqual([10, 1]);
  });

  describe('of messages that cannot be copied', () => {
    const uncopiable = (receiveCount: number) => received({ receiveCount, attributes: TEN });

    it('delivers one that was held with the others, and hears soon if it ends its worker', () => {
      const [held, other] = [uncopiable(5), received()];
      expect(planReceived([held, other], NOW_MS)).toMatchObject({ now: [other, held], guarded: [held], passedOn: [] });
    });

    it('tries it alone when others of its batch are suspects, and hides the rest of its kind one after another', () => {
      const [one, two, three, fresh] = [uncopiable(2), uncopiable(2), uncopiable(2), received()];
      const plan = planReceived([one, two, three, fresh, ...again(1)], NOW_MS);
      expect([plan.now, plan.guarded]).toEqual([[one], [one]]);
      expect(plan.later).toEqual([
        { received: two, seconds: 25 },
        { received: three, seconds: 50 },
      ]);
      expect(plan.passedOn).toHaveLength(2);
    });

    it('tries it alone from a receive count on that holds do not explain, and then gives up', () => {
      const fresh = received();
      expect(planReceived([uncopiable(6), fresh], NOW_MS).now).toHaveLength(1);
      expect(planReceived([uncopiable(8), fresh], NOW_MS).now).toHaveLength(1);
      expect(planReceived([uncopiable(9), fresh], NOW_MS)).toMatchObject({ now: [fresh], culprits: [{}] });
    });
  });

  const arbitraryBatch = fc.array(
    fc.record({
      receiveCount: fc.constantFrom(1, 1, 1, 2, 2, 3, 6, 9, 30),
      group: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      diedAlone: fc.constantFrom(undefined, 1),
      isUncopiable: fc.boolean(),
    }),
    { maxLength: 60 },
  );

  it('puts each into one place, nobody into more company than may be, and narrows what comes again', () => {
    fc.assert(
      fc.property(arbitraryBatch, (drawn) => {
        const batch = drawn.map(({ receiveCount, group, diedAlone, isUncopiable }) => {
          if (isUncopiable) return received({ receiveCount, attributes: TEN });
          if (group === undefined) return received({ receiveCount });
          return received({ receiveCount }, { group, ...(group === 1 && diedAlone && { diedAlone }) });
        });
        const plan = planReceived(batch, NOW_MS);
        const places = [
          ...plan.now,
          ...[...plan.passedOn, ...plan.later, ...plan.culprits].map((one) => one.received),
        ].map(({ messageId }) => messageId);
        expect(places.toSorted()).toEqual(batch.map(({ messageId }) => messageId).toSorted());

        const groups = plan.now.map((one) => stateOf(one, NOW_MS).group).filter((group) => group !== undefined);
        for (const group of groups) expect(plan.now.length).toBeLessThanOrEqual(group);

        const unmarked = batch.filter((one) => one.receiveCount > 1 && stateOf(one, NOW_MS).group === undefined).length;
        for (const { received: one, copy } of plan.passedOn) {
          const [before, after] = [stateOf(one, NOW_MS), stateIn(copy)];
          if (one.receiveCount === 1) expect(after).toEqual(before);
          else if (before.group === 1) expect(after.diedAlone).toBe((before.diedAlone ?? 0) + 1);
          else
            expect(after.group).toBeLessThanOrEqual(
              Math.max(1, (before.group ?? unmarked) / DELIVERY_POLICY.suspectNarrowing),
            );
        }
      }),
    );
  });
});
