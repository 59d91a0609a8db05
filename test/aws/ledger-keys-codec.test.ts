import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKeys, encodeKeys } from '../../lib/aws/ledger-keys-codec.ts';
import { KEY_BITS, keyHash } from '../../lib/ledger/keys.ts';
import { RUNS } from '../ledger/support/runs.ts';

const ascending = (keys: readonly number[]): readonly number[] => keys.toSorted((one, other) => one - other);

describe('the keys of a slot', () => {
  it('come back as they are, in order, however many and however close', () => {
    const anywhere = fc.array(fc.nat(2 ** KEY_BITS - 1), { maxLength: 400 });
    const close = fc.array(fc.nat(300), { maxLength: 400 });
    fc.assert(
      fc.property(fc.oneof(anywhere, close), (keys) => {
        expect(decodeKeys(encodeKeys(keys))).toEqual(ascending(keys));
      }),
      RUNS,
    );
  });

  it.each([[[]], [[0]], [[2 ** KEY_BITS - 1]], [[0, 0, 0]], [[0, 2 ** KEY_BITS - 1]]])('come back: %j', (keys) => {
    expect(decodeKeys(encodeKeys(keys))).toEqual(keys);
  });

  it('take three bytes each where there are 300', () => {
    const keys = Array.from({ length: 300 }, (_, index) => keyHash(`lead:email:person-${index}@example.com`));
    expect(encodeKeys(keys).length / 300).toBeLessThan(3);
  });
});
