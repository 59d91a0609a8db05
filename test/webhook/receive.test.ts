import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../lib/marketo/secret.ts';
import { checkMessageText } from '../../lib/message/check-message.ts';
import type { Log } from '../../lib/ports.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';
import { type Post, type Published, type ReceiveDeps, receivePost } from '../../lib/webhook/receive.ts';
import { signatureOf } from '../../lib/webhook/signature.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const SECRET = new Secret(`whsec_${Buffer.alloc(24, 1).toString('base64')}`);
const ROTATED = new Secret(`whsec_${Buffer.alloc(24, 3).toString('base64')}`);
const MESSAGE =
  '{ "path": "/rest/v1/leads.json", "body": { "input": [ { "email": "ada@example.com", "score": 1.50 } ] } }';
const FORM_TYPE = 'application/x-www-form-urlencoded';

let sent: string[] = [];
let logged: { level: string; message: string; fields: Record<string, unknown> | undefined }[] = [];
afterEach(() => {
  sent = [];
  logged = [];
});

const note = (level: string) => (message: string, fields?: Record<string, unknown>) => {
  logged.push({ level, message, fields });
};
const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };

function deps(changes: Partial<ReceiveDeps> = {}): ReceiveDeps {
  return {
    forms: [{ name: 'newsletter', fields: { mail: 'email' } }],
    signature: 'always',
    secrets: async () => [SECRET],
    publish: async (body) => {
      sent.push(body);
      return { kind: 'accepted', messageId: 'sqs-1' };
    },
    nowMs: () => NOW_MS,
    log,
    ...changes,
  };
}

function post(body: string | Uint8Array, changes: Partial<Post> & { id?: string; secret?: Secret } = {}): Post {
  const { id = 'order-4711', secret = SECRET, path = '/messages', headers = {} } = changes;
  const bytes = Buffer.from(body as string);
  const signature = signatureOf(secret, id, NOW_MS / 1000, bytes);
  const signed = { 'webhook-id': id, 'webhook-timestamp': String(NOW_MS / 1000), 'webhook-signature': signature };
  return { path, body: bytes, headers: { 'content-type': 'application/json', ...signed, ...headers } };
}

async function answer(request: Post, changes: Partial<ReceiveDeps> = {}) {
  const { status, body, headers } = await receivePost(request, deps(changes));
  return {
    status,
    headers,
    ...(JSON.parse(body) as { relayId?: string; problems?: { path: string; expected: string }[] }),
  };
}

describe('a message that is posted', () => {
  it('is on the queue when it is answered, as it was written, with the id of the request', async () => {
    expect(await answer(post(MESSAGE))).toMatchObject({ status: 202, relayId: 'order-4711', messageId: 'sqs-1' });

    expect(sent).toEqual([MESSAGE.replace(/ \}$/, ',"id":"order-4711" }')]);
    expect(checkMessageText(sent[0] ?? '')).toMatchObject({ kind: 'valid', id: 'order-4711' });
  });

  it('keeps the id that it has', async () => {
    const own = MESSAGE.replace('{', '{"id":"own",');
    expect(await answer(post(own))).toMatchObject({ status: 202, relayId: 'own' });
    expect(sent).toEqual([own]);
  });

  it('has the id of SQS where nobody gave one', async () => {
    const { headers, ...unsigned } = post(MESSAGE);
    const request = { ...unsigned, headers: { 'content-type': 'application/json' } };
    expect(await answer(request, { signature: 'whenSigned' })).toMatchObject({ status: 202, relayId: 'sqs-1' });
    expect(sent).toEqual([MESSAGE]);
  });

  it('has the same relay id when it is sent again, so that it is not executed twice', async () => {
    expect(await answer(post(MESSAGE))).toMatchObject({ relayId: 'order-4711' });
    expect(await answer(post(MESSAGE))).toMatchObject({ relayId: 'order-4711' });
    expect(sent[0]).toBe(sent[1]);
  });

  it('may hold characters that SQS does not take as they are', async () => {
    await answer(post(MESSAGE.replace('ada', 'Zoë 💌\uFFFE')));
    expect(sent[0]).toContain('Zoë \\ud83d\\udc8c\\ufffe@example.com');
  });

  it('may come with a byte order mark and a charset', async () => {
    const request = post(`\uFEFF${MESSAGE}`, { headers: { 'content-type': 'Application/JSON; charset=utf-8' } });
    expect(await answer(request)).toMatchObject({ status: 202 });
  });
});

describe('a form that is posted', () => {
  const form = (body: string, changes = {}) =>
    post(body, { path: '/forms/newsletter', headers: { 'content-type': FORM_TYPE }, ...changes });

  it('becomes a message with the id of the request', async () => {
    expect(await answer(form('mail=ada%40example.com'))).toMatchObject({ status: 202, relayId: 'order-4711' });
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      id: 'order-4711',
      body: { input: [{ email: 'ada@example.com' }] },
    });
  });

  it('is refused where a field is missing', async () => {
    expect(await answer(form('mail='))).toMatchObject({ status: 400, problems: [{ path: 'mail' }] });
    expect(sent).toEqual([]);
  });
});

describe('what is refused', () => {
  const BAD = MESSAGE.replace('/rest/v1', 'rest/v1');

  it.each<[number, string, Post, RegExp]>([
    [400, 'a message that is none, with every problem', post(BAD), /did you mean \\"\/rest\/v1\/leads.json/],
    [400, 'an empty body', post(''), /JSON object/],
    [400, 'an array', post('[]'), /one request a message/],
    [400, 'bytes that are no UTF-8', post(Uint8Array.from([0x7b, 0xff, 0x7d])), /valid UTF-8/],
    [400, 'a member given twice', post(MESSAGE.replace('{', '{"path":"/rest/v1/x.json",')), /each member once/],
    [401, 'another secret', post(MESSAGE, { secret: ROTATED }), /webhook-signature/],
    [401, 'no signature', { ...post(MESSAGE), headers: { 'content-type': 'application/json' } }, /must be signed/],
    [400, 'an id that is none', post(MESSAGE, { id: 'a b' }), /webhook-id/],
    [404, 'another path', post(MESSAGE, { path: '/message' }), /\/messages, \/forms\/newsletter/],
    [404, 'a form that is not known', post(MESSAGE, { path: '/forms/other' }), /\/forms\/newsletter/],
    [415, 'another type', post(MESSAGE, { headers: { 'content-type': 'text/plain' } }), /application\/json/],
    [415, 'no type', post(MESSAGE, { headers: { 'content-type': undefined } }), /application\/json/],
    [415, 'a form as a message', post(MESSAGE, { headers: { 'content-type': FORM_TYPE } }), /application\/json/],
    [413, 'more than SQS takes', post('x'.repeat(MAX_MESSAGE_BYTES + 1)), /at most 1048576 bytes/],
  ])('%i: %s', async (status, _, request, problem) => {
    const given = await answer(request);

    expect(given.status).toBe(status);
    expect(JSON.stringify(given.problems)).toMatch(problem);
    expect(sent).toEqual([]);
  });

  it('413: what its id makes too large', async () => {
    const padding = MAX_MESSAGE_BYTES - Buffer.byteLength(MESSAGE);
    const full = MESSAGE.replace('ada', `ada${'x'.repeat(padding)}`);
    expect(Buffer.byteLength(full)).toBe(MAX_MESSAGE_BYTES);

    expect(await answer(post(full))).toMatchObject({ status: 413 });
  });

  it('is what SQS refuses, with its words', async () => {
    const publish = async (): Promise<Published> => ({ kind: 'refused', detail: 'InvalidMessageContents: no' });
    expect(await answer(post(MESSAGE), { publish })).toMatchObject({
      status: 400,
      problems: [{ expected: 'what SQS takes; InvalidMessageContents: no' }],
    });
  });
});

describe('what is to be sent again', () => {
  it('is what SQS did not answer for', async () => {
    const publish = async (): Promise<Published> => ({ kind: 'unknown', detail: 'TimeoutError: 8 s' });
    const given = await answer(post(MESSAGE), { publish });
    expect(given).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    expect(JSON.stringify(given)).not.toContain('TimeoutError');
    expect(logged).toContainEqual(expect.objectContaining({ level: 'error', fields: { detail: 'TimeoutError: 8 s' } }));
  });

  it('is what came while the secret could not be read', async () => {
    const secrets = () => Promise.reject(new Error('AccessDenied'));
    expect(await answer(post(MESSAGE), { secrets })).toMatchObject({ status: 503 });
    expect(sent).toEqual([]);
  });
});

describe('a rotated secret', () => {
  it('is looked for when a signature fits none that is known, and only then', async () => {
    const asked: boolean[] = [];
    const secrets = async (anew: boolean) => {
      asked.push(anew);
      return anew ? [ROTATED, SECRET] : [SECRET];
    };
    expect(await answer(post(MESSAGE, { secret: ROTATED }), { secrets })).toMatchObject({ status: 202 });
    expect(await answer(post(MESSAGE), { secrets })).toMatchObject({ status: 202 });
    expect(await answer({ ...post(MESSAGE), headers: {} }, { secrets })).toMatchObject({ status: 401 });
    expect(asked).toEqual([false, true, false, false]);
  });
});

describe('unsigned requests, where they are let in', () => {
  it('are checked as soon as they have one header of a signature', async () => {
    const request = { ...post(MESSAGE), headers: { 'content-type': 'application/json', 'webhook-id': 'x' } };
    expect(await answer(request, { signature: 'whenSigned' })).toMatchObject({ status: 401 });
    expect(await answer(post(MESSAGE, { secret: ROTATED }), { signature: 'whenSigned' })).toMatchObject({
      status: 401,
    });
  });
});

describe('the log', () => {
  it('has a line for each request, and neither what was posted nor a signature nor a secret', async () => {
    const bad = MESSAGE.replace('/rest/v1/leads.json', 'leads/taint@example.com').replace('ada@', 'taint@');
    await receivePost(post(MESSAGE.replace('ada@', 'taint@')), deps());
    await receivePost(post(bad), deps());
    await receivePost(post(bad, { path: '/taint@example.com' }), deps());
    await receivePost(post(bad, { secret: ROTATED }), deps());

    expect(logged.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info webhook accepted',
      'warn webhook refused',
      'warn webhook refused',
      'warn webhook refused',
    ]);
    expect(logged[1]?.fields).toMatchObject({ path: '/messages', status: 400, reason: 'invalidMessage' });
    const text = JSON.stringify(logged);
    expect(text).not.toMatch(/taint@|v1,|whsec_/);
    expect(text).not.toContain(SECRET.reveal().slice(6));
  });
});
