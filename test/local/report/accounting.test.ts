import { describe, expect, it } from 'vitest';
import { type AccountInput, account } from '../../../lib/local/report/accounting.ts';
import { createTally } from '../../../lib/local/report/tally.ts';
import type { DeliveryEvent } from '../../../lib/telemetry/events.ts';

function balance(input: Partial<AccountInput> & { events?: readonly DeliveryEvent[] }): ReturnType<typeof account> {
  const { observe, tally } = createTally();
  for (const event of input.events ?? []) observe(event);
  return account({ published: [], fates: tally.fates, letters: [], onQueue: 0, ...input });
}

const delivered = (relayId: string, records = 1): DeliveryEvent => ({ kind: 'delivered', relayId, records });
const dead = (relayId: string, records = 1): DeliveryEvent => ({
  kind: 'deadLettered',
  relayId,
  code: '1006',
  records,
});
const deduplicated = (relayId: string): DeliveryEvent => ({ kind: 'deduplicated', relayId });
const returned = (relayId: string): DeliveryEvent => ({
  kind: 'returned',
  relayId,
  reason: 'retry',
  code: '713',
  delaySeconds: 5,
  records: 1,
});

describe('the account of published messages', () => {
  it('knows a message by its SQS message id and by its own id', () => {
    const result = balance({
      published: [{ messageId: 'm-1' }, { messageId: 'm-2', id: 'order-2' }, { messageId: 'm-3', id: '\u0000' }],
      events: [delivered('m-1'), delivered('order-2')],
      letters: [{ relayId: 'm-3', partial: false }],
    });

    expect(result).toMatchObject({ published: 3, delivered: 2, dead: 1, lost: 0, queued: 0 });
  });

  it('counts a message that was delivered in part with the dead', () => {
    const result = balance({
      published: [{ messageId: 'm', records: 5 }],
      events: [delivered('m', 3), dead('m', 2)],
      letters: [{ relayId: 'm', partial: true }],
    });

    expect(result).toMatchObject({ delivered: 0, dead: 1, deadInPart: 1, lost: 0 });
  });

  it('counts a message once however many letters and deliveries it has', () => {
    const result = balance({
      published: [{ messageId: 'm', records: 6 }],
      events: [delivered('m', 2), dead('m', 1), returned('m'), delivered('m', 2), dead('m', 1)],
      letters: [
        { relayId: 'm', partial: true },
        { relayId: 'm', partial: true },
      ],
    });

    expect(result).toMatchObject({ delivered: 0, dead: 1, lost: 0 });
  });

  it('counts twins that were acknowledged together as deduplicated, and those that were not as delivered', () => {
    const published = [1, 2, 3].map((number) => ({ messageId: `m-${number}`, id: 'twin' }));

    expect(
      balance({ published, events: [delivered('twin'), deduplicated('twin'), deduplicated('twin')] }),
    ).toMatchObject({
      delivered: 1,
      deduplicated: 2,
      lost: 0,
    });
    expect(balance({ published, events: [delivered('twin'), delivered('twin'), deduplicated('twin')] })).toMatchObject({
      delivered: 2,
      deduplicated: 1,
      lost: 0,
    });
  });

  it('knows that one twin is delivered while the copy of another is under way', () => {
    const published = [1, 2].map((number) => ({ messageId: `m-${number}`, id: 'twin', records: 1 }));

    const result = balance({ published, events: [delivered('twin'), returned('twin')], onQueue: 1 });

    expect(result).toMatchObject({ delivered: 1, queued: 1, lost: 0 });
  });

  it('does not take a message delivered twice for two', () => {
    const result = balance({
      published: [{ messageId: 'm-1' }, { messageId: 'm-2' }],
      events: [delivered('m-1'), delivered('m-1')],
    });

    expect(result).toMatchObject({ delivered: 1, lost: 1, lostNames: ['m-2'] });
  });

  it('holds what is not settled against what SQS still has', () => {
    const published = [{ messageId: 'm-1' }, { messageId: 'm-2' }, { messageId: 'm-3' }];

    const result = balance({ published, events: [delivered('m-1')], onQueue: 1 });

    expect(result).toMatchObject({ delivered: 1, queued: 1, lost: 1 });
  });

  it('misses a copy that went back to the queue and was never seen again', () => {
    const result = balance({
      published: [{ messageId: 'm', records: 2 }],
      events: [delivered('m', 1), returned('m')],
    });

    expect(result).toMatchObject({ delivered: 0, lost: 1 });
  });

  it('misses a letter that the function speaks of and the queue does not have', () => {
    const result = balance({ published: [{ messageId: 'm' }], events: [dead('m')] });

    expect(result).toMatchObject({ dead: 0, lost: 1 });
  });

  it('counts a letter that somebody has taken off the queue: it was accepted', () => {
    const result = balance({
      published: [{ messageId: 'm' }, { messageId: 'n', records: 3 }],
      events: [dead('m'), delivered('n', 2), dead('n', 1)],
      takenLetters: [
        { relayId: 'm', partial: false },
        { relayId: 'n', partial: true },
      ],
    });

    expect(result).toMatchObject({ dead: 2, deadInPart: 1, taken: 2, lost: 0 });
  });

  it('counts as delivered what was taken off the queue, sent again and delivered', () => {
    const result = balance({
      published: [{ messageId: 'm' }, { messageId: 'n', records: 3 }],
      events: [dead('m'), delivered('m'), delivered('n', 2), dead('n', 1), delivered('n', 1)],
      takenLetters: [
        { relayId: 'm', partial: false },
        { relayId: 'n', partial: true },
      ],
    });

    expect(result).toMatchObject({ delivered: 2, dead: 0, taken: 0, lost: 0 });
  });

  it('counts once what came back as a second letter', () => {
    const result = balance({
      published: [{ messageId: 'm' }],
      events: [dead('m'), dead('m')],
      letters: [{ relayId: 'm', partial: false }],
      takenLetters: [{ relayId: 'm', partial: false }],
    });

    expect(result).toMatchObject({ dead: 1, taken: 0, lost: 0 });
  });

  it('misses records that nobody has spoken of', () => {
    const result = balance({
      published: [{ messageId: 'm', records: 3 }],
      events: [delivered('m', 1), dead('m', 1)],
      letters: [{ relayId: 'm', partial: true }],
    });

    expect(result).toMatchObject({ lost: 1 });
  });
});
