import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../../lib/marketo/http.ts';
import { parseReply, recordOutcome } from '../../lib/marketo/reply.ts';
import type { Json } from '../../lib/marketo/request.ts';

type Reply = Extract<HttpReply, { kind: 'reply' }>;

const reply = (body: unknown, extra: Partial<Reply> = {}): HttpReply => ({
  kind: 'reply',
  status: 200,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
  complete: true,
  ...extra,
});

describe('a reply of Marketo', () => {
  it('that succeeded has its result, warnings and request id', () => {
    const body = {
      requestId: 'e42b#14272d07d78',
      success: true,
      result: [{ id: 1, status: 'created' }],
      warnings: ['w'],
    };

    expect(parseReply(reply(body))).toEqual({
      kind: 'marketo',
      success: true,
      errors: [],
      warnings: ['w'],
      result: [{ id: 1, status: 'created' }],
      requestId: 'e42b#14272d07d78',
      status: 200,
    });
  });

  it('that failed has every error, with codes as trimmed texts', () => {
    const errors = [{ code: '606', message: 'Max rate limit' }, { code: 607, message: 'Quota' }, { code: ' 615 ' }];

    expect(parseReply(reply({ success: false, errors }))).toMatchObject({
      kind: 'marketo',
      success: false,
      errors: [
        { code: '606', message: 'Max rate limit' },
        { code: '607', message: 'Quota' },
        { code: '615', message: '' },
      ],
      result: undefined,
    });
  });

  it.each<[string, Json, unknown]>([
    ['one object', { code: 611, message: 'System error' }, [{ code: '611', message: 'System error' }]],
    ['a text', 'broken', [{ code: 'noCode', message: 'broken' }]],
    ['a number', [601], [{ code: '601', message: '' }]],
    ['nothing', null, []],
    ['a message that is no text', [{ code: '1', message: { a: 1 } }], [{ code: '1', message: '{"a":1}' }]],
    ['a code that is no code', [{ code: [], message: 'm' }], [{ code: 'noCode', message: 'm' }]],
  ])('reads errors that are %s', (_name, errors, expected) => {
    expect(parseReply(reply({ success: false, errors }))).toMatchObject({ kind: 'marketo', errors: expected });
  });

  it('keeps both success and errors when they come together', () => {
    const body = { success: true, errors: [{ code: '1', message: 'm' }], result: [] };

    expect(parseReply(reply(body))).toMatchObject({ success: true, errors: [{ code: '1' }], result: [] });
  });

  it('of the asset API with warnings only is a success without a result', () => {
    const body = { success: true, errors: [], requestId: 'a', warnings: ['No assets found for the given search'] };

    expect(parseReply(reply(body))).toMatchObject({
      success: true,
      result: undefined,
      warnings: ['No assets found for the given search'],
    });
  });

  it('is read before the status', () => {
    const body = { success: false, errors: [{ code: '601', message: 'Access token invalid' }] };

    expect(parseReply(reply(body, { status: 502 }))).toMatchObject({ kind: 'marketo', status: 502 });
  });

  it('that has errors and no word on success is a failure', () => {
    expect(parseReply(reply({ errors: [{ code: '610', message: '' }] }))).toMatchObject({
      kind: 'marketo',
      success: false,
    });
  });

  it('takes success as a text', () => {
    expect(parseReply(reply({ success: 'true' }))).toMatchObject({ success: true });
    expect(parseReply(reply({ success: 'false' }))).toMatchObject({ success: false });
  });

  it('is bounded, however many errors it has', () => {
    const errors = Array.from({ length: 5_000 }, () => ({ code: '9'.repeat(500), message: 'm'.repeat(5_000) }));

    const parsed = parseReply(reply({ success: false, errors }));

    expect(parsed.kind === 'marketo' && parsed.errors).toHaveLength(1_000);
    expect(parsed.kind === 'marketo' && parsed.errors[0]).toEqual({ code: '9'.repeat(40), message: 'm'.repeat(2_000) });
  });

  it('that is a whole object counts although the connection ended early', () => {
    expect(parseReply(reply({ success: true }, { complete: false }))).toMatchObject({ kind: 'marketo', success: true });
  });
});

describe('a reply without a verdict', () => {
  it.each<[string, HttpReply, unknown]>([
    ['nothing', reply('', { status: 502 }), { why: 'empty', status: 502, prefix: '' }],
    ['white space', reply(' \n'), { why: 'empty' }],
    ['HTML', reply('<html>413</html>', { status: 413 }), { why: 'notJson', status: 413, prefix: '<html>413</html>' }],
    ['a file', reply('id,email\n1,a@example.com'), { why: 'notJson' }],
    ['half a JSON', reply('{"success":tr', { complete: false }), { why: 'cut' }],
    ['half a JSON of full length', reply('{"success":tr'), { why: 'notJson' }],
    ['nothing yet', reply('', { complete: false }), { why: 'cut' }],
    ['a number', reply('12'), { why: 'notObject' }],
    ['the beginning of a number', reply('12', { complete: false }), { why: 'cut' }],
    ['a list', reply('[{"success":true}]'), { why: 'notObject' }],
    ['null', reply('null'), { why: 'notObject' }],
    ['another object', reply('{"message":"no"}'), { why: 'noVerdict' }],
    ['success that is no truth', reply('{"success":1}'), { why: 'noVerdict' }],
    ['an inherited name', reply('{"__proto__":{"success":true}}'), { why: 'noVerdict' }],
  ])('is unreadable: %s', (_name, given, expected) => {
    expect(parseReply(given)).toMatchObject({ kind: 'unreadable', ...(expected as object) });
  });

  it('shows the first characters only, and no half character', () => {
    const parsed = parseReply(reply(`${'x'.repeat(199)}😀`));

    expect(parsed.kind === 'unreadable' && parsed.prefix).toBe(`${'x'.repeat(199)}\ufffd`);
  });

  it.each([
    ['https://user:pw@login.example:8443/a/b?token=1#c', 'login.example:8443/a/b'],
    ['/a/b?token=1', '/a/b'],
    ['http://[', undefined],
    [undefined, undefined],
  ])('is a redirect to %s', (location, expected) => {
    const headers = location === undefined ? {} : { location };

    expect(parseReply(reply('{"success":true}', { status: 302, headers }))).toEqual({
      kind: 'redirect',
      status: 302,
      location: expected,
    });
  });

  it('is passed on when there is no reply at all', () => {
    const none: HttpReply = { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'd' };

    expect(parseReply(none)).toEqual(none);
  });

  it('never makes the parser throw', () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => json.slice(0, -1)),
    );
    const envelope = fc
      .record(
        { success: fc.jsonValue(), errors: fc.jsonValue(), warnings: fc.jsonValue(), result: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value));

    fc.assert(
      fc.property(fc.oneof(body, envelope), fc.nat({ max: 999 }), fc.boolean(), (text, status, complete) => {
        const parsed = parseReply(reply(text, { status, complete }));

        expect(['marketo', 'unreadable', 'redirect']).toContain(parsed.kind);
        if (parsed.kind === 'marketo') for (const entry of parsed.result ?? []) recordOutcome(entry);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([101, 5_000, 200_000])('survives hostile nesting of %i levels, and believes nothing around it', (levels) => {
    const deep = '['.repeat(levels) + ']'.repeat(levels);

    expect(parseReply(reply(`{"success":true,"result":[],"extra":${deep}}`))).toMatchObject({ kind: 'unreadable' });
  });

  it('reads what is nested as deep as anything Marketo says', () => {
    const deep = '['.repeat(50) + ']'.repeat(50);

    expect(parseReply(reply(`{"success":true,"result":[],"extra":${deep}}`))).toMatchObject({ kind: 'marketo' });
  });
});

describe('the outcome of a record', () => {
  it.each<[Json, unknown]>([
    [
      { id: 7, status: 'created' },
      { id: 7, status: 'created', reasons: [] },
    ],
    [
      { status: 'skipped', reasons: [{ code: '1003', message: 'm' }] },
      { status: 'skipped', reasons: [{ code: '1003', message: 'm' }] },
    ],
    [
      { status: 'skipped', errors: [{ code: 1006, message: 'm' }] },
      { status: 'skipped', reasons: [{ code: '1006', message: 'm' }] },
    ],
    [
      { status: 'skipped', reason: { code: '1004', message: 'm' } },
      { status: 'skipped', reasons: [{ code: '1004', message: 'm' }] },
    ],
    [
      { reasons: [{ code: 1 }, { code: 2 }], reason: [{ code: 3 }] },
      { reasons: [1, 2, 3].map((code) => ({ code: String(code), message: '' })) },
    ],
    [
      { seq: 0, marketoGUID: 'guid', status: 'updated' },
      { id: 'guid', status: 'updated', reasons: [] },
    ],
    [
      { seq: 0, leadId: 5, status: 'created' },
      { id: 5, status: 'created', reasons: [] },
    ],
    [{ id: null, status: 5 }, { reasons: [] }],
    [null, { reasons: [] }],
    ['skipped', { reasons: [] }],
    [[], { reasons: [] }],
  ])('of %j', (entry, expected) => {
    expect(recordOutcome(entry)).toEqual(expected);
  });
});
