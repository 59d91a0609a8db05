import { beforeEach, describe, expect, it } from 'vitest';
import type { EndedPositions, SendOnce } from '../../../lib/delivery/call/send-once.ts';
import { createSendOnceSession, type SendOnceSession } from '../../../lib/delivery/call/send-once-session.ts';
import { type Outcome, sameOutcome } from '../../../lib/delivery/outcome.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import type { Message } from '../../../lib/message/message.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';
import { validMessage } from '../intake/fixtures.ts';

const LEASE_MS = 60_000;
const DELIVERED: Outcome = { kind: 'delivered' };
const REQUEUED: Outcome = { kind: 'requeue', reason: 'wait', code: '606', delayMs: 1_000 };

const message = (id: string, records: number, idempotent = false): Message =>
  validMessage({
    path: '/rest/v1/activities/external.json',
    id,
    idempotent,
    body: { input: Array.from({ length: records }, (_, index) => ({ leadId: index })) },
  });

describe('the send-once session of an invocation', () => {
  let asked: { relayId: string; positions: readonly number[] }[];
  let settled: { relayId: string; ended: EndedPositions }[];
  let known: { done: readonly number[]; unknown: readonly number[] };
  let busyMs: number;
  let session: SendOnceSession;

  beforeEach(() => {
    [asked, settled, known, busyMs] = [[], [], { done: [], unknown: [] }, 0];
    const table: SendOnce = {
      async claim(relayId, positions) {
        asked.push({ relayId, positions });
        if (busyMs > 0) return { kind: 'busy', waitMs: busyMs };
        const { done, unknown } = known;
        const send = positions.filter((position) => ![...done, ...unknown].includes(position));
        return { kind: 'held', relayId, mark: '', send, done, unknown, before: known };
      },
      async complete({ relayId }, ended) {
        settled.push({ relayId, ended });
        return true;
      },
    };
    session = createSendOnceSession(table, () => LEASE_MS, silentLog);
  });

  it('asks no table for a message that may be repeated', async () => {
    const items = toWorkItems(message('a', 2, true));

    expect((await session.claim({ items })).items).toEqual(items);
    expect(asked).toEqual([]);
  });

  it('claims a message as a whole and once, however many calls its records are spread over', async () => {
    const [first, second, third] = toWorkItems(message('a', 3));
    if (!first || !second || !third) throw new Error('three items expected');

    const [one, other] = await Promise.all([
      session.claim({ items: [first] }),
      session.claim({ items: [second, third] }),
    ]);

    expect([one?.items, other?.items]).toEqual([[first], [second, third]]);
    expect(asked).toEqual([{ relayId: 'a', positions: [0, 1, 2] }]);
  });

  it('leaves out what is done and what is unknown', async () => {
    known = { done: [0], unknown: [1] };
    const items = toWorkItems(message('a', 3));

    const { items: sent, outcomes } = await session.claim({ items });

    expect(sent).toEqual([items[2]]);
    expect([...outcomes.values()]).toMatchObject([
      { kind: 'delivered' },
      { kind: 'dead', outcomeUnknown: true, verdict: { code: 'outcomeUnknown' } },
    ]);
  });

  it('waits for another copy, and asks again afterwards', async () => {
    const items = toWorkItems(message('a', 1));
    busyMs = 5_000;
    const { outcomes } = await session.claim({ items });
    busyMs = 0;

    expect([...outcomes.values()]).toEqual([{ kind: 'requeue', reason: 'wait', code: 'busy', delayMs: 5_000 }]);
    expect((await session.claim({ items })).items).toEqual(items);
  });

  it('writes what became of each position: done, unknown, or free again', async () => {
    const sent = message('a', 3);
    const items = toWorkItems(sent);
    await session.claim({ items });
    const verdict = { rule: { kind: 'reject' }, code: 'noReply', level: 'relay', message: '', errors: [] } as const;
    const dead = { ...verdict, executed: 'unknown', counted: true } as const;
    const unknown: Outcome = { kind: 'dead', verdict: dead, outcomeUnknown: true, tried: true };
    const ends = [DELIVERED, unknown, REQUEUED];

    await session.complete(sent, new Map(items.map((item, index) => [item, ends[index] ?? REQUEUED])));

    expect(settled).toEqual([{ relayId: 'a', ended: { done: [0], unknown: [1] } }]);
  });

  it('completes once, and only what it has claimed', async () => {
    const sent = message('a', 1);
    const outcomes = sameOutcome(toWorkItems(sent), DELIVERED);

    await session.complete(sent, outcomes);
    await session.claim({ items: toWorkItems(sent) });
    await session.complete(sent, outcomes);
    await session.complete(sent, outcomes);

    expect(settled).toHaveLength(1);
  });
});
