import { describe, expect, it } from 'vitest';
import { letterAttributes, serialise } from '../../lib/dead-letter/serialise.ts';
import { attributesBytes } from '../../lib/message/message-size.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';
import { read, SYNC } from '../delivery/intake/fixtures.ts';
import { letterFor } from './fixtures.ts';

const attribute = (stringValue: string) => ({ dataType: 'String', stringValue });

describe('the attributes of a letter', () => {
  it('are the short facts', () => {
    const letter = letterFor(read({ ...SYNC, id: 'order-7' }));
    expect(letterAttributes(letter, serialise(letter))).toEqual({
      code: attribute('attemptsExhausted'),
      level: attribute('relay'),
      relayId: attribute('order-7'),
      operation: attribute('syncLeads'),
      retriable: attribute('true'),
      outcomeUnknown: attribute('false'),
    });
  });

  it('carry the publisher`s along up to ten in all, the facts first', () => {
    const own = Object.fromEntries(['code', 'a', 'b', 'c', 'd', 'e'].map((name) => [name, attribute(`of ${name}`)]));
    const letter = letterFor(read(SYNC, { attributes: own }));
    const attributes = letterAttributes(letter, serialise(letter));
    expect(Object.keys(attributes)).toHaveLength(10);
    expect(attributes.code).toEqual(attribute('attemptsExhausted'));
    expect(attributes.d).toEqual(attribute('of d'));
    expect(attributes.e).toBeUndefined();
    expect(letter.message.attributes.code).toBe('of code');
  });

  it('never take the letter over 1 MiB', () => {
    const letter = letterFor(read(SYNC, { attributes: { large: attribute('x'.repeat(500)), small: attribute('y') } }));
    const body = 'x'.repeat(MAX_MESSAGE_BYTES - 300);
    const attributes = letterAttributes(letter, body);
    expect(attributes.large).toBeUndefined();
    expect(attributes.small).toEqual(attribute('y'));
    expect(body.length + attributesBytes(attributes)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });

  it('take any code that Marketo may send', () => {
    const letter = letterFor(read(SYNC));
    const code = (value: string) =>
      letterAttributes({ ...letter, failure: { ...letter.failure, code: value } }, '').code;
    expect(code('')).toEqual(attribute('(empty)'));
    expect(code('a\u0000\uFFFFb')).toEqual(attribute('a??b'));
    expect(code('x'.repeat(1_000))?.stringValue?.length).toBeLessThan(140);
  });
});

describe('the text of a letter', () => {
  it('is laid out for the eye while it is small, and compact when it is large', () => {
    const small = serialise(letterFor(read(SYNC)));
    const large = serialise(letterFor(read({ ...SYNC, body: { input: [{ note: 'x'.repeat(70_000) }] } })));
    expect(small).toContain('\n  "relayId"');
    expect(large).not.toContain('\n');
  });
});
