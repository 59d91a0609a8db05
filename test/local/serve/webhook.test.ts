import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFormsFile } from '../../../lib/local/serve/webhook-setup.ts';
import { Secret } from '../../../lib/marketo/secret.ts';
import { MAX_MESSAGE_BYTES } from '../../../lib/settings/policy.ts';
import { signatureOf } from '../../../lib/webhook/signature.ts';
import { type ServedUnderTest, startServed } from './served-relay.ts';

const logged: string[] = [];
const note = (...line: unknown[]): void => {
  logged.push(JSON.stringify(line));
};
let under: ServedUnderTest;
let secret: Secret;

beforeAll(async () => {
  under = await startServed(
    {},
    {
      forms: [{ name: 'newsletter', fields: { mail: 'email', first: 'firstName' } }],
      log: { debug: note, info: note, warn: note, error: note },
    },
  );
  const descriptor = JSON.parse(await readFile(join(under.folder, 'local.json'), 'utf8'));
  expect(descriptor.webhookUrl).toBe(under.served.webhookUrl);
  secret = new Secret(descriptor.webhookSecret);
});
afterAll(() => under?.stop());

const post = (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, under.served.webhookUrl), {
    method: 'POST',
    headers: { ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}), ...headers },
    body,
  });
const peopleNamed = (email: string) =>
  [...(under.relay.fake?.database.leads.all() ?? [])].filter(({ fields }) => fields.get('email') === email);

describe('the webhook intake of a local relay', () => {
  it('brings messages and forms to Marketo', async () => {
    const message = {
      id: 'by-webhook',
      path: '/rest/v1/leads.json',
      body: { input: [{ email: 'zoe@example.com', firstName: 'Zoë 💌' }] },
    };
    const answered = await post('messages', JSON.stringify(message));
    expect([answered.status, await answered.json()]).toEqual([
      202,
      { relayId: 'by-webhook', messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    const form = await post(
      'forms/newsletter',
      new URLSearchParams({ mail: 'ada@example.com', first: 'Ada O\'Hara & "Co"' }),
    );
    expect(form.status).toBe(202);

    await expect.poll(() => under.relay.drained(), { timeout: 20_000 }).toBe(true);
    expect(peopleNamed('zoe@example.com')[0]?.fields.get('firstName')).toBe('Zoë 💌');
    expect(peopleNamed('ada@example.com')[0]?.fields.get('firstName')).toBe('Ada O\'Hara & "Co"');
  });

  it('names what is wrong', async () => {
    const answered = await post('messages', '{"url":"/rest/v1/leads.json"}');
    expect(answered.status).toBe(400);
    expect(await answered.text()).toMatch(/"path":"url","expected":"no such member/);
    expect((await post('forms/other', new URLSearchParams())).status).toBe(404);
    expect((await post('forms/newsletter', '{}')).status).toBe(415);
  });

  it.each([MAX_MESSAGE_BYTES + 1, 10 * MAX_MESSAGE_BYTES + 1])(
    'refuses %i bytes, whoever looks at them',
    async (bytes) => {
      const answered = await post('messages', 'x'.repeat(bytes));
      expect(answered.status).toBe(413);
      expect(await answered.text()).toMatch(/at most 1048576 bytes/);
    },
  );

  it('checks a signature where there is one', async () => {
    const body = '{"path":"/rest/v1/leads/describe.json"}';
    const time = Math.floor(Date.now() / 1000);
    const signed = (key: Secret) => ({
      'webhook-id': 'signed-1',
      'webhook-timestamp': String(time),
      'webhook-signature': signatureOf(key, 'signed-1', time, Buffer.from(body)),
    });
    expect(await (await post('messages', body, signed(secret))).json()).toMatchObject({ relayId: 'signed-1' });
    const other = new Secret(Buffer.alloc(24, 1).toString('base64'));
    expect((await post('messages', body, signed(other))).status).toBe(401);
    expect((await post('messages', body, { 'webhook-id': 'signed-1' })).status).toBe(401);
  });

  it('is for this machine: a page of another origin is refused', async () => {
    expect((await post('messages', '{}', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await fetch(new URL('messages', under.served.webhookUrl))).status).not.toBe(200);
  });

  it('logs each request, and nothing of it', () => {
    expect(logged.filter((line) => line.includes('webhook accepted')).length).toBeGreaterThanOrEqual(3);
    expect(logged.join('\n')).not.toMatch(/example\.com|O'Hara|whsec_|v1,/);
    expect(logged.join('\n')).not.toContain(secret.reveal().slice(6));
  });
});

describe('the forms of --webhook-forms', () => {
  it('are those of the file, else of the example', async () => {
    const path = join(under.folder, 'forms.json');
    await writeFile(path, '[{"name":"own","fields":{"mail":"email"}}]');
    expect(readFormsFile(path)).toEqual({ kind: 'forms', forms: [{ name: 'own', fields: { mail: 'email' } }] });
    expect(readFormsFile(undefined)).toMatchObject({
      kind: 'forms',
      forms: [{ name: 'newsletter' }, { name: 'contact' }],
    });
  });

  it('are refused with every problem and the name of the file', async () => {
    const path = join(under.folder, 'wrong.json');
    await writeFile(path, '[{"name":"","fields":{}}]');
    const read = readFormsFile(path);
    expect(read.kind === 'unreadable' && read.problems).toEqual(
      expect.arrayContaining([expect.stringContaining(`--webhook-forms ${path}: [0].name`)]),
    );
    expect(readFormsFile('missing.json')).toMatchObject({ problems: [expect.stringContaining('ENOENT')] });
  });
});
