import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSendOnceTable } from '../../lib/aws/dynamodb-send-once.ts';
import type { Claim, HeldClaim, SendOnce } from '../../lib/delivery/call/send-once.ts';
import { Dice } from '../../lib/simulation/dice.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';

const LEASE_MS = 60_000;

describe('the send-once records', () => {
  let nowMs: number;
  let table: ModelTable;
  /** Executes the request twice, as the SDK does when the first reply is lost. */
  let repliesLost: boolean;
  let first: SendOnce;
  let second: SendOnce;

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
    const worker = (seed: number): SendOnce =>
      createSendOnceTable({ client, tableName: 'table', clock, random: new Dice(seed).random });
    first = worker(1);
    second = worker(2);
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

  it('keep what was noted beside a position that is done, beside what later copies note', async () => {
    await first.complete(held(await first.claim('a', [0], LEASE_MS)), { done: [0], unknown: [] }, { 0: 'job 7' });
    await second.complete(held(await second.claim('a', [1], LEASE_MS)), { done: [1], unknown: [] }, { 1: 'job 8' });
    await first.complete(held(await first.claim('a', [2], LEASE_MS)), { done: [], unknown: [2] });

    expect(held(await second.claim('a', [0, 1, 2], LEASE_MS)).notes).toEqual({ 0: 'job 7', 1: 'job 8' });
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

    await expect(first.complete(claim, ended)).resolves.toBe(true);
  });

  it('refuse what a worker says whose lease has ended and whose record was taken over', async () => {
    const late = held(await first.claim('a', [0], LEASE_MS));
    nowMs += LEASE_MS + 1;
    await second.claim('a', [0, 1], LEASE_MS);

    await expect(first.complete(late, { done: [0], unknown: [] })).resolves.toBe(false);
  });

  it('expire after a month', async () => {
    await first.claim('a', [0], LEASE_MS);

    expect(table.items.get('once#a')?.expiresAt).toEqual({ N: String(nowMs / 1_000 + 30 * 86_400) });
  });
});
