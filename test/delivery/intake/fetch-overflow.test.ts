import { describe, expect, it } from 'vitest';
import { fetchOverflow } from '../../../lib/delivery/intake/fetch-overflow.ts';
import type { Intake } from '../../../lib/message/message.ts';
import { freshState } from '../../../lib/message/relay-attribute.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';
import { NOW_MS, recordOf, SYNC } from './fixtures.ts';

const received = recordOf('{"deadLetter":1}');

async function fetchFrom(bucket: string, get: (key: string) => Promise<string | undefined>) {
  const pointer = { bucket: 'letters', key: 'dead-letters/order-7/1.json' };
  const overflowed: Extract<Intake, { kind: 'overflowed' }> = {
    kind: 'overflowed',
    received,
    state: freshState(received, 'order-7'),
    originalBody: received.body,
    pointer,
  };
  const clock = { nowMs: () => NOW_MS, sleep: async () => {} };
  const store = { bucket, get, put: async () => {} };
  return fetchOverflow(received, overflowed, { overflow: store, clock, log: silentLog, isolate: 'record' });
}

describe('a dead letter that was too large for the queue, put back', () => {
  it('is read from the bucket', async () => {
    const asked: string[] = [];
    const intake = await fetchFrom('letters', async (key) => {
      asked.push(key);
      return JSON.stringify(SYNC);
    });

    expect(asked).toEqual(['dead-letters/order-7/1.json']);
    expect(intake).toMatchObject({ kind: 'message', message: { request: { path: '/rest/v1/leads.json' } } });
  });

  it('is invalid when it points to another bucket, and nothing is fetched', async () => {
    const intake = await fetchFrom('mine', () => {
      throw new Error('fetched');
    });

    expect(intake).toMatchObject({
      kind: 'invalid',
      state: { relayId: 'order-7' },
      problems: [{ path: 'overflow', expected: 'a letter in mine; got letters' }],
    });
  });

  it('is invalid when the bucket does not have it', async () => {
    expect(await fetchFrom('letters', async () => undefined)).toMatchObject({
      kind: 'invalid',
      problems: [{ expected: 'the letter at dead-letters/order-7/1.json; there is none' }],
    });
  });

  it('is left to the next receive when the bucket does not answer', async () => {
    const intake = await fetchFrom('letters', async () => {
      throw new Error('slow down');
    });
    expect(intake).toBeUndefined();
  });
});
