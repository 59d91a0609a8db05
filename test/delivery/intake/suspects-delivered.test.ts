import { describe, expect, it } from 'vitest';
import { unwrap } from '../../../lib/dead-letter/read.ts';
import { serialise } from '../../../lib/dead-letter/serialise.ts';
import type { ReceivedMessage } from '../../../lib/message/queue.ts';
import { decodeRelayState, encodeRelayState } from '../../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../../lib/message/relay-state.ts';
import { done, leads, START_MS, World } from '../harness.ts';

const STATE: RelayState = {
  relayId: 'order-7',
  attempts: 0,
  attemptsAlone: 0,
  firstSeenMs: START_MS,
  history: [],
  part: 0,
};

function suspect(state: Partial<RelayState> = {}): Partial<ReceivedMessage> {
  return { attributes: { relay: encodeRelayState({ ...STATE, group: 1, ...state }) } };
}

/** Received for the last time. */
function culprit(state: Partial<RelayState> = {}): Partial<ReceivedMessage> {
  return { receiveCount: 2, ...suspect({ diedAlone: 1, ...state }) };
}

function worldOf(latencyMs = 200): World {
  return new World({ script: ({ input }) => done(input), latencyMs });
}

describe('suspects in a batch', () => {
  it('cost nothing where there are none', async () => {
    const world = worldOf();
    await world.deliver(world.messages([leads('a@x.test'), leads('b@x.test')]));
    expect([world.extensions, world.deleted, world.copies]).toEqual([[], [], []]);
  });

  it('are hidden for half a minute before they are read, again every ten seconds, and no more after the end', async () => {
    const world = worldOf(25_000);
    const [message] = world.messages([leads('a@x.test')], suspect());
    const { calls, unsettled } = await world.deliver(message === undefined ? [] : [message]);
    expect([calls.length, unsettled.size]).toEqual([1, 0]);
    await world.time.finish(world.time.sleep(60_000));
    expect(world.extensions).toEqual(Array(3).fill({ handles: [message?.receiptHandle], seconds: 30 }));
  });

  it('are delivered alone, and whom they do not take along goes back first, under the name that its body gives it', async () => {
    const world = worldOf();
    const [one] = world.messages([leads('a@x.test')], suspect());
    const [fresh] = world.messages([{ ...leads('b@x.test'), id: 'named' }]);
    if (one === undefined || fresh === undefined) throw new Error('no messages');
    const { calls, copies, unsettled } = await world.deliver([one, fresh]);
    expect(calls.map(({ input }) => input)).toEqual([[{ email: 'a@x.test' }]]);
    expect([world.deleted, unsettled.size]).toEqual([[fresh.receiptHandle], 0]);
    expect(copies.map((copy) => decodeRelayState(copy.attributes, START_MS))).toMatchObject([
      { relayId: fresh.messageId, unread: true },
    ]);
    const refused = new World({
      script: () => ({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false, detail: 'x' }),
    });
    const again = await refused.deliver(copies.map((copy) => refused.received(copy)));
    const [state] = again.copies.map((copy) => decodeRelayState(copy.attributes, START_MS + 3_600_000));
    expect(state).toMatchObject({ relayId: 'named', firstSeenMs: START_MS });
    expect(state).not.toHaveProperty('unread');
  });

  it('stay where they are when the queue takes no copy of them', async () => {
    const world = worldOf();
    world.accepts = () => false;
    const batch = world.messages([leads('a@x.test'), leads('b@x.test')], { receiveCount: 2 });
    const { unsettled, calls } = await world.deliver(batch);
    expect([[...unsettled], world.deleted, calls]).toEqual([batch.map(({ messageId }) => messageId), [], []]);
  });

  it('go back as they are when a living worker could not settle them', async () => {
    const world = worldOf();
    world.accepts = (what) => what === 'copy';
    const { copies, unsettled } = await world.deliver(world.messages(['no request'], suspect({ group: 4 })));
    expect(unsettled.size).toBe(0);
    expect(copies).toMatchObject([{ body: 'no request', delaySeconds: 300 }]);
    expect(copies.map((copy) => decodeRelayState(copy.attributes, START_MS))).toMatchObject([{ group: 4 }]);
  });

  it('are left to the count of their receives when they are too old for that', async () => {
    const world = worldOf();
    world.accepts = (what) => what === 'copy';
    const firstSeenMs = START_MS - 14 * 86_400_000;
    const { copies, unsettled } = await world.deliver(world.messages(['no request'], suspect({ firstSeenMs })));
    expect([copies.length, unsettled.size]).toEqual([0, 1]);
  });

  it('end as a dead letter that holds the body as text, and can be put back', async () => {
    const world = worldOf();
    const body = JSON.stringify(leads('a@x.test'));
    const { letters, calls, unsettled } = await world.deliver(world.messages([body], culprit()));
    expect([calls.length, unsettled.size, world.deleted.length]).toEqual([0, 0, 1]);
    expect(letters).toMatchObject([
      {
        relayId: 'order-7',
        failure: { code: 'workerCrash', outcomeUnknown: true, retriable: false },
        message: { body },
      },
    ]);
    expect(letters.map((letter) => unwrap(serialise(letter)).text)).toEqual([body]);
    expect(world.events).toContainEqual({ kind: 'deadLettered', relayId: 'order-7', code: 'workerCrash', records: 0 });
  });

  it('say of a file what its state remembers, though nobody reads which file it is', async () => {
    const world = worldOf();
    const file = {
      ...{ etag: '"1"', bytes: 900, headerBytes: 6, piece: 1, fromByte: 400, rowsBefore: 20, waits: 2 },
      ...{ imported: 18, failed: 2, warned: 1, failedPieces: [0], job: { id: '7', toByte: 700, rows: 15 } },
    };
    const { letters } = await world.deliver(world.messages(['no request'], culprit({ file })));
    expect(letters[0]?.file).toEqual({
      ...{ imported: 18, failed: 2, warned: 1, unknownRows: '21-35', notUploadedFromRow: 36 },
      failures: [{ bucket: 'letters', key: 'files/order-7/1-failures.csv' }],
    });
  });

  it('keep the relay id of a letter that was put back and ends its workers again', async () => {
    const world = worldOf();
    const [first] = (await world.deliver(world.messages([leads('a@x.test')], culprit()))).letters;
    const putBack = first === undefined ? '' : serialise(first);
    const unread = { receiveCount: 2, ...suspect({ relayId: 'queue-43', diedAlone: 1, unread: true }) };
    const [second] = (await world.deliver(world.messages([putBack], unread))).letters;
    expect([first?.relayId, second?.relayId]).toEqual(['order-7', 'queue-43']);
    const opened = unwrap(second === undefined ? '' : serialise(second));
    expect(opened.letter?.relayId).toBe('order-7');
    expect(opened.content).toMatchObject({ kind: 'json', value: leads('a@x.test') });
  });

  it('stay on the queue while their dead letter is not accepted', async () => {
    const world = worldOf();
    world.accepts = () => false;
    const { unsettled } = await world.deliver(world.messages([leads('a@x.test')], culprit()));
    expect([unsettled.size, world.deleted.length]).toEqual([1, 0]);
  });
});
