import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMessageText } from '../../lib/message/check-message.ts';
import { InvalidMessagesError, toEntries } from '../../lib/publisher/entries.ts';
import type { PublisherMessage } from '../../lib/publisher/publisher-message.ts';
import { validate } from '../../lib/publisher/validate.ts';

const valid: PublisherMessage = { path: '/rest/v1/leads.json', body: { input: [{ email: 'ann@example.com' }] } };
const examples = readFileSync(new URL('../../examples/messages.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown);

describe('validate', () => {
  it('says of every example what intake says of it', () => {
    const objects = examples.filter((example) => typeof example === 'object');
    let refused = 0;
    for (const example of objects) {
      const checked = checkMessageText(JSON.stringify(example));
      const validation = validate(example as PublisherMessage);
      expect(validation).toEqual(checked.kind === 'valid' ? { ok: true } : { ok: false, problems: checked.problems });
      if (!validation.ok) refused += 1;
    }
    expect(refused).toBeGreaterThan(10);
    expect(objects.length - refused).toBeGreaterThan(100);
  });

  it.each<[what: string, message: unknown, expected: RegExp]>([
    ['a loop', loop(), /what JSON can carry; .*circular/],
    ['a BigInt', { ...valid, query: { id: 7n } }, /what JSON can carry; .*BigInt/],
    ['nothing', undefined, /a JSON object; got null/],
    ['a function', () => valid, /a JSON object/],
    ['a text', JSON.stringify(valid), /the JSON text of an object: give the object itself/],
    ['NaN', { ...valid, query: { id: Number.NaN } }, /a string, a number or a boolean/],
    ['more than 1 MiB', { ...valid, body: { input: [{ note: 'x'.repeat(1_048_576) }] } }, /at most 1048576 bytes/],
  ])('refuses %s', (_what, message, expected) => {
    const validation = validate(message as PublisherMessage);
    expect(validation.ok === false && validation.problems.map((problem) => problem.expected).join()).toMatch(expected);
  });
});

describe('entries', () => {
  const createId = () => 'id-1';

  it('are what SQS takes, with an id for each message', () => {
    const [entry, ...others] = toEntries([valid], { createId });
    expect(others).toEqual([]);
    expect(entry?.Id).toBe('0');
    expect(JSON.parse(entry?.MessageBody ?? '')).toEqual({ id: 'id-1', ...valid });
  });

  it('get ids of their own that intake accepts, without being told how', () => {
    const ids = toEntries([valid, valid]).map(({ MessageBody }) => (JSON.parse(MessageBody) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
  });

  it('hold only characters that SQS takes', () => {
    const [entry] = toEntries([{ ...valid, body: { input: [{ note: 'a\uFFFEb\u0000😀' }] } }], { createId });
    expect(entry?.MessageBody).toContain('a\\ufffeb\\u0000');
  });

  it('are none at all when one message is invalid, and the error lists every problem of each', () => {
    const thrown = caught(() => toEntries([valid, { ...valid, id: '' }, { path: 'leads' }]));
    expect(thrown).toBeInstanceOf(InvalidMessagesError);
    expect([...(thrown as InvalidMessagesError).problems.keys()]).toEqual([1, 2]);
    expect((thrown as Error).message).toMatch(
      /accept these messages:\n- \[1\] id: expected .*\n- \[2\] path: expected .*/,
    );
  });
});

function loop(): unknown {
  const message: Record<string, unknown> = { ...valid };
  message.body = message;
  return message;
}

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
