import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDeadLetterPublisher } from '../../lib/dead-letter/publish.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { read, SYNC } from '../delivery/intake/fixtures.ts';
import { fakeQueue, letterFor, recordingLog } from './fixtures.ts';

/** Of a person or a publisher: in each place of a letter that can hold such. */
const PERSONAL = ['ada@example.com', 'Lovelace', 'tenant-7', 'grace@example.com', 'Hopper'];

function letterOfAda(): DeadLetter {
  const body = { action: 'createOrUpdate', input: [{ email: 'ada@example.com', lastName: 'Lovelace' }] };
  const letter = letterFor(read({ ...SYNC, id: 'order-7', body }), {
    request: {
      method: 'POST',
      url: 'https://x.example/rest/v1/leads.json?filterValues=grace@example.com',
      headers: {},
      body: JSON.stringify(body),
    },
    reply: {
      kind: 'reply',
      status: 200,
      headers: {},
      body: '{"success":false,"errors":[{"code":"1003","message":"Hopper"}]}',
      complete: true,
    },
  });
  return {
    ...letter,
    message: { ...letter.message, attributes: { tenant: 'tenant-7' } },
    failure: {
      ...letter.failure,
      message: "Lead 'ada@example.com' not found",
      details: [{ position: 0, code: '1004', message: "'Hopper' is no value" }],
    },
  };
}

async function logged(logBodies: boolean | undefined) {
  const [queue, { log, lines }] = [fakeQueue(), recordingLog()];
  const overflow = { bucket: 'overflow', put: async () => {}, get: async () => undefined };
  const options = logBodies === undefined ? {} : { logBodies };
  await createDeadLetterPublisher({ queue, overflow, log, ...options }).send([letterOfAda()]);
  return {
    text: JSON.stringify(lines),
    letter: lines[0]?.fields.letter,
    sent: queue.sent.map(({ body }) => body).join(),
  };
}

describe('the log of a dead letter', () => {
  it('holds what was sent and answered unless told otherwise', async () => {
    const { text } = await logged(undefined);
    for (const word of PERSONAL) expect(text).toContain(word);
  });

  it('without bodies holds nothing that a person or a publisher has written, and the letter itself still does', async () => {
    const { text, sent } = await logged(false);
    for (const word of PERSONAL) expect(text).not.toContain(word);
    for (const word of PERSONAL) expect(sent).toContain(word);
  });

  it('without bodies says how long they were and which, what happened, and what to do', async () => {
    const { letter } = await logged(false);
    const { failure } = letterOfAda();
    const text = '{"success":false,"errors":[{"code":"1003","message":"Hopper"}]}';
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(letter).toMatchObject({
      relayId: 'order-7',
      operation: 'syncLeads',
      failure: {
        code: failure.code,
        meaning: failure.meaning,
        remedy: failure.remedy,
        details: [{ position: 0, code: '1004' }],
      },
      request: { method: 'POST', url: expect.stringMatching(/leads\.json\?\[30 bytes: sha256 [0-9a-f]{64}\]$/) },
      response: { status: 200, body: `[${text.length} bytes: sha256 ${sha256}]` },
    });
  });

  it('is told so by a setting', () => {
    const settings = (LOG_BODIES?: string) =>
      readSettings({
        MARKETO_BASE_URL: 'https://123-ABC-456.mktorest.com',
        MARKETO_SECRET_ID: 'marketo/credentials',
        QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay',
        DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay-dead',
        LEDGER_TABLE_NAME: 'ledger',
        OVERFLOW_BUCKET_NAME: 'overflow-bucket',
        LOG_BODIES,
      });
    expect(settings().logBodies).toBe(true);
    expect(settings('false').logBodies).toBe(false);
    expect(() => settings('no')).toThrow('LOG_BODIES is "no": give "true" or "false"');
  });
});
