import { describe, expect, it } from 'vitest';
import { observeReply } from '../../../lib/delivery/call/observe-reply.ts';
import type { JudgedReply } from '../../../lib/delivery/call/read-reply.ts';
import { DELIVERED } from '../../../lib/delivery/judge/verdict.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import { Secret } from '../../../lib/marketo/secret.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';
import { messageOf } from '../fixtures.ts';

const TOKEN = 'cdf01657-110d-4155-99a7:int';

/** The one line that is logged for a call of so many messages, each with one person, whose reply has this request id. */
function lineOf(messages: number, requestId?: string, isAnswered = true) {
  const items = Array.from({ length: messages }, (_, index) => {
    const body = { input: [{ email: `person${index}@x.test` }] };
    return toWorkItems(messageOf({ method: 'POST', path: '/rest/v1/leads.json', id: `id${index}`, body }, `m${index}`));
  }).flat();
  const [first] = items;
  if (first === undefined) throw new Error('a call has items');
  const verdict = requestId === undefined ? DELIVERED : { ...DELIVERED, requestId };
  const reply: JudgedReply = {
    judgement: { kind: 'each', verdicts: items.map(() => verdict) },
    verdict,
    durationMs: 250,
    isAnswered,
    outcome: 'success',
  };
  const lines: unknown[] = [];
  observeReply({ items, request: first.message.request, tokenTries: 0, isPart: false }, reply, {
    observe: () => undefined,
    log: { ...silentLog, info: (message, fields) => lines.push({ message, ...fields }) },
    secrets: () => [new Secret(TOKEN)],
  });
  expect(lines).toHaveLength(1);
  return lines[0];
}

describe('the log line of a call', () => {
  it("says what was called, how it ended, for whom, and Marketo's id of it; and nothing personal", () => {
    const line = lineOf(2, 'e42b#14272d07d78');

    expect(line).toEqual({
      message: 'Marketo answered a call',
      operation: 'syncLeads',
      records: 2,
      messages: 2,
      code: 'ok',
      durationMs: 250,
      requestId: 'e42b#14272d07d78',
      relayIds: ['id0', 'id1'],
    });
  });

  it('does not say that Marketo answered where it did not', () => {
    expect(lineOf(1, undefined, false)).toMatchObject({ message: 'a call had no reply', relayIds: ['id0'] });
  });

  it('has no request id where Marketo gave none', () => {
    expect(lineOf(1)).not.toHaveProperty('requestId');
  });

  it('names 50 messages at most, and counts them all', () => {
    const line = lineOf(300);

    expect(line).toMatchObject({ messages: 300, records: 300 });
    expect((line as { relayIds: string[] }).relayIds).toHaveLength(50);
  });

  it('holds no token that Marketo echoes as its request id', () => {
    expect(lineOf(1, `for ${TOKEN}`)).toMatchObject({ requestId: 'for [secret]' });
  });
});
