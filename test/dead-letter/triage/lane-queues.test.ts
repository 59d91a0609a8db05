import { describe, expect, it } from 'vitest';
import { createDeadLetterPublisher } from '../../../lib/dead-letter/publish.ts';
import { createLaneQueues } from '../../../lib/dead-letter/triage/lane-queues.ts';
import type { QueuedLetter } from '../../../lib/dead-letter/triage/queued-letter.ts';
import { planResend } from '../../../lib/dead-letter/triage/resend.ts';
import type { OutgoingMessage } from '../../../lib/message/queue.ts';
import { NOW_MS, read, SYNC } from '../../delivery/intake/fixtures.ts';
import { fakeQueue, letterFor, recordingLog } from '../fixtures.ts';

const OPTIONS = { edits: [], includeUnknown: false, nowMs: NOW_MS };
const NO_STORE = {
  bucket: 'overflow',
  put: async () => {},
  get: async (key: string): Promise<string> => {
    throw new Error(key);
  },
};

/** What a dead letter of a lane, as it lies on the dead-letter queue, is sent again as. */
async function resent(lane: 'live' | 'backfill') {
  const queue = fakeQueue();
  const publisher = createDeadLetterPublisher({ queue, overflow: NO_STORE, log: recordingLog().log, lane });
  await publisher.send([letterFor(read(SYNC))]);
  const { body = '', attributes = {} } = queue.sent[0] ?? {};
  return outgoingOf({ messageId: 'a', body, attributes, sentAtMs: NOW_MS });
}

function outgoingOf(letter: QueuedLetter) {
  const plan = planResend(letter, undefined, OPTIONS);
  if (plan.kind !== 'ready') throw new Error(plan.kind);
  return plan.outgoing;
}

const moved = (movedFrom: string): QueuedLetter => ({
  messageId: 'b',
  body: JSON.stringify(SYNC),
  attributes: {},
  sentAtMs: NOW_MS,
  movedFrom,
});
const bodies = (sent: readonly OutgoingMessage[]): readonly string[] => sent.map(({ body }) => body);

describe('a dead letter that is sent again', () => {
  it('goes back to the queue that its message came by, as a plain message', async () => {
    const [live, backfill] = [fakeQueue(), fakeQueue()];
    const queues = createLaneQueues(live, { queue: backfill, name: 'relay-backfill' });
    const [ofLive, ofBackfill] = [await resent('live'), await resent('backfill')];

    expect(await queues.send([ofBackfill, ofLive])).toEqual([{ accepted: true }, { accepted: true }]);

    expect(bodies(live.sent)).toEqual([ofLive.body]);
    expect(backfill.sent).toEqual([{ body: ofBackfill.body, attributes: ofBackfill.attributes, delaySeconds: 0 }]);
  });

  it('goes by what SQS says where SQS moved it', async () => {
    const [live, backfill] = [fakeQueue(), fakeQueue()];
    const queues = createLaneQueues(live, { queue: backfill, name: 'relay-backfill' });

    await queues.send([outgoingOf(moved('relay-backfill')), outgoingOf(moved('relay'))]);

    expect([live.sent.length, backfill.sent.length]).toEqual([1, 1]);
  });

  it('goes to the live queue of a relay that has no other any more', async () => {
    const live = fakeQueue();

    await createLaneQueues(live, undefined).send([await resent('backfill')]);

    expect(live.sent).toHaveLength(1);
  });

  it('has the outcome of its own queue, in the order in which they were given', async () => {
    const refused = { accepted: false, error: 'full' } as const;
    const queues = createLaneQueues(fakeQueue(), { queue: fakeQueue(refused), name: 'relay-backfill' });

    expect(
      await queues.send([await resent('backfill'), await resent('live'), outgoingOf(moved('relay-backfill'))]),
    ).toEqual([refused, { accepted: true }, refused]);
  });
});
