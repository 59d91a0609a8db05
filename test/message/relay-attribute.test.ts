import { describe, expect, it } from 'vitest';
import { decodeRelayState, encodeRelayState, freshState } from '../../lib/message/relay-attribute.ts';
import { NOW_MS, recordOf } from '../delivery/intake/fixtures.ts';

const FRESH = freshState(recordOf(''), 'order-7');

function decode(members: object) {
  const stringValue = JSON.stringify({ v: 1, id: 'x', attempt: 0, firstSeen: '2027-03-01T11:00:00.000Z', ...members });
  return decodeRelayState({ relay: { dataType: 'String', stringValue } }, NOW_MS);
}

describe('the relay attribute', () => {
  it('is readable in the console', () => {
    const state = { ...FRESH, attempts: 2, lastCode: '713', positions: [0, 1, 2, 7], part: 1, shareAtMost: 5 };
    expect(encodeRelayState(state).stringValue).toBe(
      '{"v":1,"id":"order-7","attempt":2,"firstSeen":"2027-03-01T11:59:55.000Z","lastCode":"713","positions":"0-2,7","part":1,"share":5}',
    );
  });

  it('carries what is known of a suspect, and whether anybody has read it', () => {
    const state = { ...FRESH, group: 18, diedAlone: 1, unread: true } as const;
    expect(decodeRelayState({ relay: encodeRelayState(state) }, NOW_MS)).toEqual(state);
  });

  it('is small even for the worst set of positions', () => {
    const positions = Array.from({ length: 5_000 }, (_, index) => index * 2);
    const attribute = encodeRelayState({ ...FRESH, positions });
    expect(Buffer.byteLength(attribute.stringValue ?? '')).toBeLessThan(30_000);
    expect(decodeRelayState({ relay: attribute }, NOW_MS)?.positions).toEqual(positions);
  });

  it('shortens a code that is none, and keeps the newest of the history', () => {
    const history = Array.from({ length: 30 }, (_, index) => ({ atMs: NOW_MS + index, code: `${index}` }));
    const attribute = encodeRelayState({ ...FRESH, lastCode: 'x'.repeat(500), history });
    const read = decodeRelayState({ relay: attribute }, NOW_MS);
    expect(read?.lastCode).toHaveLength(43);
    expect(read?.history.map((entry) => entry.code)).toEqual(history.slice(10).map((entry) => entry.code));
  });

  it('cannot put off the age limit by a start in the future', () => {
    expect(decode({ firstSeen: '2099-01-01T00:00:00.000Z' })?.firstSeenMs).toBe(NOW_MS);
  });

  it.each([
    ['another version', { v: 2 }],
    ['an unknown member', { x: 1 }],
    ['an empty id', { id: '' }],
    ['a fraction of an attempt', { attempt: 1.5 }],
    ['attempts below zero', { attempt: -1 }],
    ['a time that is none', { firstSeen: 'yesterday' }],
    ['a group of nobody', { group: 0 }],
    ['a group larger than a batch', { group: 10_001 }],
    ['a word that it is unread', { unread: 'yes' }],
    ['positions that are none', { positions: '1,x' }],
    ['positions that run backwards', { positions: '7-3' }],
    ['positions twice', { positions: '1-3,2' }],
    ['a range without bound', { positions: '0-99999' }],
    ['too much history', { history: Array.from({ length: 21 }, () => ['1', 0]) }],
  ])('is ignored with %s', (_name, members) => {
    expect(decode(members)).toBeUndefined();
  });

  it('is ignored when it is missing, binary, or larger than the relay writes', () => {
    expect(decodeRelayState({}, NOW_MS)).toBeUndefined();
    expect(decodeRelayState({ relay: { dataType: 'Binary', binaryValue: 'e30=' } }, NOW_MS)).toBeUndefined();
    expect(decode({ positions: ' '.repeat(70_000) })).toBeUndefined();
  });
});
