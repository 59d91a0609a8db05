import { describe, expect, it } from 'vitest';
import { fitsAsCopy, messageBytes } from '../../lib/message/message-size.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';

const attribute = (stringValue: string) => ({ dataType: 'String', stringValue });

describe('the size of a message', () => {
  it('counts UTF-8 bytes of the body, and of names, types and values of attributes', () => {
    expect(messageBytes({ body: 'ä€😀', attributes: {} })).toBe(2 + 3 + 4);
    expect(messageBytes({ body: '', attributes: { ab: attribute('ü') } })).toBe(2 + 6 + 2);
    expect(messageBytes({ body: '', attributes: { b: { dataType: 'Binary', binaryValue: 'AAAA' } } })).toBe(1 + 6 + 3);
  });

  it('fits up to 1 MiB with its attributes, and not a byte over', () => {
    const attributes = { relay: attribute('x') };
    const body = 'x'.repeat(MAX_MESSAGE_BYTES - 5 - 6 - 1);
    expect(fitsAsCopy({ body, attributes })).toBe(true);
    expect(fitsAsCopy({ body: `${body}x`, attributes })).toBe(false);
  });

  it('fits with ten attributes, and not with eleven', () => {
    const attributes = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, attribute('x')]));
    expect(fitsAsCopy({ body: 'x', attributes: attributes(10) })).toBe(true);
    expect(fitsAsCopy({ body: 'x', attributes: attributes(11) })).toBe(false);
  });
});
