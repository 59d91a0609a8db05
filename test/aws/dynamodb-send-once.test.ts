import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSendOnceTable } from '../../lib/aws/dynamodb-send-once.ts';
import type { Claim, HeldClaim, SendOnce } from '../../lib/delivery/call/send-once.ts';
import { Dice } from '../../lib/simulation/dice.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';

const LEASE_MS = 60_000;
const HOST = '123-abc-456.mktorest.com';

describe('the send-once records', () => {
  let nowMs: number;
  let table: ModelTable;
  /** Executes the request twice, as the SDK does when the first reply is lost. */
  let repliesLost: boolean;
  let first: SendOnce;
  let second: SendOnce;
  /** Of another subscription, with the same table. */
  let elsewhere: SendOnce;

  beforeEach(() => {
    nowMs = Date.parse('2027-01-01T00:00:00Z');
    table = new ModelTable();
    repliesLost = false;
    const send = async (command: unknown): Promise<unknown> => {
      if (repliesLost) table.execute(command);
      return table.execute(command);
    };
    const client = { send } as unknown as DynamoDBClient;
    const clock = { nowMs: () => nowMs, sleep: async () => {} };
    const worker = (seed: number, subscription = HOST): SendOnce =>
      createSendOnceTable({ client, tableName: 'table', subscription, clock, random: new Dice(seed).random });
    first = worker(1);
    second = worker(2);
    elsewhere = worker(3, 'sandbox.mktorest.com');
  });

  const held = (claim: Claim): HeldClaim => {
    if (claim.kind !== 'held') throw new Error(`expected to hold it, got ${claim.kind}`);
    return claim;
  };

  it('let the first worker send every position, and the others wait for its lease', async () => {
    const mine = await first.claim('a', [0, 1, 2], LEASE_MS);
    const theirs = await second.claim('a', [0, 1, 2], LEASE_MS);

    expect(mine).toMatchObject({ kind: 'held', send: [0, 1, 2], done: [], unknown: [] });
    expect(theirs).toEqual({ kind: 'busy', waitMs: LEASE_MS });
  });

  it('remember what is done, and let a later copy send the rest, whichever positions it has', async () => {
    const claim = held(await first.claim('a', [0, 1, 2, 3], LEASE_MS));
    await first.complete(claim, { done: [0, 3], unknown: [1] });

    expect(await second.claim('a', [0, 1, 2, 3], LEASE_MS)).toMatchObject({ send: [2], done: [0, 3], unknown: [1] });
  });

  it('keep what is done when later copies settle theirs', async () => {
    await first.complete(held(await first.claim('a', [0, 1], LEASE_MS)), { done: [0], unknown: [] });
    await second.complete(held(await second.claim('a', [1], LEASE_MS)), { done: [1], unknown: [] });

    expect(await first.claim('a', [0, 1], LEASE_MS)).toMatchObject({ send: [], done: [0, 1] });
  });

  it('take what a worker started and never settled for unknown, and nothing else', async () => {
    await first.complete(held(await first.claim('a', [0], LEASE_MS)), { done: [0], unknown: [] });
    await first.claim('a', [1, 2], LEASE_MS);
    nowMs += LEASE_MS + 1;

    expect(await second.claim('a', [0, 1, 2, 3], LEASE_MS)).toMatchObject({ send: [3], done: [0], unknown: [1, 2] });
  });

  it('leave no item behind when nothing was executed', async () => {
    await first.complete(held(await first.claim('a', [0], LEASE_MS)), { done: [], unknown: [] });

    expect(table.items.size).toBe(0);
  });

  it('write nothing when nothing is left to send', async () => {
    await first.complete(held(await first.claim('a', [0], LEASE_MS)), { done: [0], unknown: [] });
    const before = structuredClone(table.items);

    await second.claim('a', [0], LEASE_MS);

    expect(table.items).toEqual(before);
  });

  it.each([
    { done: [0], unknown: [] },
    { done: [], unknown: [] },
  ])('know their own write again when its reply was lost (%j)', async (ended) => {
    repliesLost = true;
    const claim = held(await first.claim('a', [0], LEASE_MS));

    await expect(first.complete(claim, ended)).resolves.toBeUndefined();
  });

  it('refuse what a worker says whose lease has ended and whose record was taken over', async () => {
    const late = held(await first.claim('a', [0], LEASE_MS));
    nowMs += LEASE_MS + 1;
    await second.claim('a', [0, 1], LEASE_MS);

    await expect(first.complete(late, { done: [0], unknown: [] })).rejects.toThrow(/took the record over/);
  });

  it('expire after a month', async () => {
    await first.claim('a', [0], LEASE_MS);

    expect(table.items.get(`once#${HOST}#a`)?.expiresAt).toEqual({ N: String(nowMs / 1_000 + 30 * 86_400) });
  });

  it('say nothing of a request to another subscription under the same id', async () => {
    await first.complete(held(await first.claim('a', [0], LEASE_MS)), { done: [0], unknown: [] });

    expect(await elsewhere.claim('a', [0], LEASE_MS)).toMatchObject({ kind: 'held', send: [0], done: [] });
  });

  describe('that were written before the key had the subscription', () => {
    /** As the version before wrote it: under the relay id alone. */
    const old = (attributes: Record<string, string>): void => {
      const values = Object.entries(attributes).map(([name, text]) => [name, { S: text }] as const);
      table.items.set('once#a', { pk: { S: 'once#a' }, writtenAs: { S: 'old' }, ...Object.fromEntries(values) });
    };

    it('still count: what is done is not sent again, what is unknown neither', async () => {
      old({ done: '0', started: '1' });

      expect(await first.claim('a', [0, 1, 2], LEASE_MS)).toMatchObject({ send: [2], done: [0], unknown: [1] });
    });

    it('still are waited for while their lease runs', async () => {
      old({ started: '0', leaseEndsAt: new Date(nowMs + 1_000).toISOString() });

      expect(await first.claim('a', [0], LEASE_MS)).toEqual({ kind: 'busy', waitMs: 1_000 });
    });

    it('still know which request they are about', async () => {
      old({ done: '0', request: 'one' });

      expect(await first.claim('a', [0, 1], LEASE_MS, 'another')).toEqual({ kind: 'otherRequest' });
    });

    it('hand on what they know to the record that takes their place', async () => {
      old({ done: '0' });
      await first.complete(held(await first.claim('a', [0, 1], LEASE_MS)), { done: [1], unknown: [] });
      table.items.delete('once#a');

      expect(await second.claim('a', [0, 1, 2], LEASE_MS)).toMatchObject({ send: [2], done: [0, 1] });
    });
  });
});
