import { describe, expect, it } from 'vitest';
import { type JudgedCall, judge } from '../../../lib/delivery/judge/judge.ts';
import { matchEndpoint } from '../../../lib/marketo/endpoints/endpoints.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { parseReply } from '../../../lib/marketo/reply.ts';
import { json, LOST, page } from '../harness.ts';

type Method = JudgedCall['method'];

function callTo(path: string, method: Method, records: number | undefined, messages: number): JudgedCall {
  return { endpoint: matchEndpoint({ method, path }), method, records, messages };
}

const sync = (records: number, messages = records): JudgedCall =>
  callTo('/rest/v1/leads.json', 'POST', records, messages);
const push = callTo('/rest/v1/leads/push.json', 'POST', undefined, 1);
const judged = (about: JudgedCall, reply: HttpReply) => judge(about, parseReply(reply));
const ok = (...result: readonly unknown[]): HttpReply => json({ requestId: 'r#1', success: true, result });
const reason = (code: string, message = 'why') => ({ code, message });
const failed = (...errors: readonly object[]): HttpReply => json({ requestId: 'r#1', success: false, errors });

const TAKEN = {
  rule: { kind: 'delivered' },
  code: 'ok',
  level: 'response',
  message: '',
  errors: [],
  executed: 'yes',
  counted: true,
};
const UNCLEAR = {
  rule: { kind: 'retry', pace: 'growing' },
  code: 'unreadableReply',
  level: 'relay',
  errors: [],
  executed: 'unknown',
  counted: true,
};

describe('the verdict on a record', () => {
  it.each(['created', 'updated', 'deleted', 'added', 'removed', 'memberof', 'notmemberof', 'success', 'scheduled'])(
    'with status %s says that it is done',
    (status) => {
      expect(judged(sync(1), ok({ status }))).toEqual({
        kind: 'each',
        verdicts: [{ ...TAKEN, requestId: 'r#1', objects: [{ status }] }],
      });
    },
  );

  it("has no request's id where Marketo gave none", () => {
    const verdicts = (result: object) => {
      const judgement = judged(sync(1), json({ success: true, result: [result] }));
      return judgement.kind === 'each' ? judgement.verdicts : [];
    };

    for (const result of [{ id: 1 }, {}, { reasons: [reason('1003')] }]) {
      expect(verdicts(result)).toHaveLength(1);
      expect(verdicts(result)[0]).not.toHaveProperty('requestId');
    }
  });

  it('believes a status before reasons, and an id only without them', () => {
    const judgement = judged(
      sync(2),
      ok({ status: 'updated', reasons: [reason('1003')] }, { id: 1, reasons: [reason('1003')] }),
    );

    expect(judgement).toMatchObject({ verdicts: [{ code: 'ok' }, { code: '1003', level: 'record' }] });
  });

  it('tells everything that Marketo said of it', () => {
    const reasons = [reason('1016', ''), reason('1003', 'no such action')];

    expect(judged(sync(1), ok({ status: 'skipped', reasons }))).toEqual({
      kind: 'each',
      verdicts: [
        {
          rule: { kind: 'reject' },
          code: '1003',
          level: 'record',
          message: 'no such action',
          errors: reasons,
          executed: 'no',
          counted: true,
          requestId: 'r#1',
          objects: [{ status: 'skipped' }],
        },
      ],
    });
  });

  it("has the catalogue's name of a code that came without words", () => {
    expect(judged(sync(1), ok({ status: 'skipped', reasons: [reason('1003', '')] }))).toMatchObject({
      verdicts: [{ message: expect.stringMatching(/^[A-Z].{3,}/), errors: [{ code: '1003', message: '' }] }],
    });
  });

  it.each([
    ['skipped', 'no'],
    ['Skipped', 'no'],
    ['pondering', 'unknown'],
  ])('with status %s and no reason rejects it, executed: %s', (status, executed) => {
    const message = `record with status "${status}" and no reason`;

    expect(judged(sync(1), ok({ id: 1, status }))).toEqual({
      kind: 'each',
      verdicts: [
        { ...UNCLEAR, rule: { kind: 'reject' }, message, executed, requestId: 'r#1', objects: [{ id: '1', status }] },
      ],
    });
  });

  it('without status, id or reason is unclear, and tells what else the reply said', () => {
    const silent = { ...UNCLEAR, message: 'record with neither status nor id nor reason' };
    const errors = [reason('1003', 'first'), reason('1007', 'second')];

    expect(judged(sync(1), ok({}))).toEqual({ kind: 'each', verdicts: [{ ...silent, requestId: 'r#1' }] });
    expect(judged(sync(2), json({ success: true, errors, result: [{ id: 1 }, {}] }))).toEqual({
      kind: 'each',
      verdicts: [
        { ...TAKEN, objects: [{ id: '1' }] },
        { ...silent, message: `${silent.message}; errors: 1003 first; 1007 second` },
      ],
    });
  });

  it('of a shared call follows the rule of one record, whoever else is in the call', () => {
    expect(judged(sync(3), ok({ id: 1 }, { reasons: [reason('1003')] }, { reasons: [reason('1016')] }))).toMatchObject({
      verdicts: [{ rule: { kind: 'delivered' } }, { rule: { kind: 'reject' } }, { rule: { kind: 'retry' } }],
    });
  });
});

describe('the verdict on a whole call', () => {
  it('tells all errors, and counts when any of them counts', () => {
    const both = [reason('601', 'token'), reason('1003', 'action')];

    expect(judged(sync(1), failed(...both))).toEqual({
      kind: 'whole',
      verdict: {
        rule: { kind: 'reauthenticate' },
        code: '601',
        level: 'response',
        message: 'token',
        errors: both,
        executed: 'no',
        counted: true,
        requestId: 'r#1',
      },
    });
    expect(judged(sync(1), failed(reason('601')))).toMatchObject({ verdict: { counted: false } });
    expect(judged(sync(1), json({ success: false, errors: [reason('601')] }))).not.toHaveProperty('verdict.requestId');
  });

  it.each('605 610 612 613 616 703 404 405 406 410 411 415 417 426 431 451'.split(' '))(
    'of %s looks like all of theirs, and is isolated where they shared the call',
    (code) => {
      expect(judged(sync(3), failed(reason(code)))).toMatchObject({ verdict: { rule: { kind: 'isolate' } } });
      expect(judged(sync(3, 1), failed(reason(code)))).toMatchObject({ verdict: { rule: { kind: 'reject' } } });
    },
  );

  it.each(['400', '403', '409', '422', '702'])('of %s may be of one message', (code) => {
    expect(judged(sync(3), failed(reason(code)))).toMatchObject({ verdict: { rule: { kind: 'isolate' } } });
    expect(judged(sync(3, 1), failed(reason(code)))).toMatchObject({ verdict: { rule: { kind: 'reject' } } });
  });

  it('isolates a code of one record, but waits where it may pass and nobody shares the call', () => {
    const kindOf = (code: string, about: JudgedCall) => {
      const judgement = judged(about, failed(reason(code)));
      return judgement.kind === 'whole' && judgement.verdict.rule.kind;
    };

    expect([kindOf('1006', sync(3)), kindOf('1006', sync(3, 1)), kindOf('1006', sync(1))]).toEqual([
      'isolate',
      'isolate',
      'isolate',
    ]);
    expect([
      kindOf('1014', sync(3)),
      kindOf('1014', sync(3, 1)),
      kindOf('1014', sync(1)),
      kindOf('1014', push),
    ]).toEqual(['isolate', 'retry', 'retry', 'retry']);
  });

  it('of a code that one record has already reached holds for it alone, not for others of its call', () => {
    const status = (records: number) => callTo('/rest/v1/programs/7/members/status.json', 'POST', records, 1);

    expect(judged(status(1), failed(reason('1037')))).toMatchObject({ verdict: { rule: { kind: 'delivered' } } });
    expect(judged(status(3), failed(reason('1037')))).toMatchObject({ verdict: { rule: { kind: 'isolate' } } });
  });

  it('is that of the first of several that weigh the same', () => {
    expect(judged(sync(2), failed(reason('1003'), reason('1007')))).toMatchObject({ verdict: { code: '1003' } });
  });

  it('is that of the errors where no result speaks of its record', () => {
    const errors = [reason('1003')];

    expect(judged(sync(2), json({ success: true, errors, result: [{}, {}] }))).toMatchObject({
      kind: 'whole',
      verdict: { code: '1003', level: 'response', errors },
    });
  });

  it('trusts a failure whose results are not done', () => {
    const results = (...result: readonly object[]) =>
      judged(sync(2), json({ success: false, errors: [reason('606')], result }));

    expect(results({ status: 'skipped' }, {})).toMatchObject({ verdict: { executed: 'no' } });
    expect(results({ status: 'skipped' }, { status: 'Created' })).toMatchObject({ verdict: { executed: 'unknown' } });
    expect(judged(sync(2), failed(reason('606')))).toMatchObject({ verdict: { executed: 'no' } });
  });

  it('counts results against records, and isolates what does not fit', () => {
    const isolated = { ...UNCLEAR, rule: { kind: 'isolate' } };

    expect(judged(sync(2), ok({ id: 1 }))).toEqual({
      kind: 'whole',
      verdict: { ...isolated, message: '1 results for 2 records', requestId: 'r#1' },
    });
    expect(judged(sync(1), json({ success: true }))).toEqual({
      kind: 'whole',
      verdict: { ...isolated, message: 'no results for 1 records' },
    });
  });

  it('is unclear after a failure without an error, whatever its results say', () => {
    const verdict = { ...UNCLEAR, message: 'success: false without an error' };

    expect(judged(sync(1), json({ success: false, result: [{ id: 1 }] }))).toEqual({ kind: 'whole', verdict });
    expect(judged(push, json({ success: false, result: [{ id: 1 }] }))).toEqual({ kind: 'whole', verdict });
  });
});

describe('the verdict on a message that stands or falls as a whole', () => {
  it('tells the reasons of all that were skipped', () => {
    const result = [
      { status: 'skipped', reasons: [reason('1003', 'one')] },
      { id: 1 },
      { status: 'Skipped', reasons: [reason('1007', 'two')] },
      { status: 'failed', reasons: [reason('1006', 'not skipped')] },
    ];

    expect(judged(push, ok(...result))).toMatchObject({
      kind: 'whole',
      verdict: {
        level: 'record',
        executed: 'yes',
        errors: [reason('1003', 'one'), reason('1007', 'two'), reason('1006', 'not skipped')],
      },
    });
  });

  it('rejects what was skipped without a reason', () => {
    expect(judged(push, ok({ status: 'skipped' }))).toEqual({
      kind: 'whole',
      verdict: {
        ...UNCLEAR,
        rule: { kind: 'reject' },
        message: 'record skipped without a reason',
        executed: 'no',
        requestId: 'r#1',
        objects: [{ status: 'skipped' }],
      },
    });
  });

  it('is taken where the endpoint answers no records', () => {
    const trigger = callTo('/rest/v1/campaigns/3/trigger.json', 'POST', undefined, 1);

    expect(judged(trigger, ok({ status: 'skipped' }))).toEqual({
      kind: 'whole',
      verdict: { ...TAKEN, requestId: 'r#1', objects: [{ status: 'skipped' }] },
    });
    expect(judged(trigger, json({ success: true }))).toEqual({ kind: 'whole', verdict: TAKEN });
  });

  it('heeds what was skipped of records that an endpoint answers in an order of its own, or that ask by id', () => {
    const ordered = callTo('/rest/v1/leads.json', 'POST', undefined, 1);

    expect(judged(ordered, ok({ status: 'skipped', reasons: [reason('1003')] }))).toMatchObject({
      verdict: { code: '1003', executed: 'no' },
    });
  });
});

describe('the verdict on what is no reply of Marketo', () => {
  const FILE = '/bulk/v1/leads/export/1/file.json';
  const csv = 'id,email\n1,a@x.test';

  it('believes a bulk file', () => {
    const file = callTo(FILE, 'GET', undefined, 1);

    expect(judged(file, page(200, csv))).toEqual({ kind: 'whole', verdict: TAKEN });
    expect(judged(file, page(200, 'id,note\n1, <b>'))).toEqual({ kind: 'whole', verdict: TAKEN });
  });

  it.each<[string, JudgedCall, HttpReply]>([
    ['a page in place of a bulk file', callTo(FILE, 'GET', undefined, 1), page(200)],
    ['a page that begins with white space', callTo(FILE, 'GET', undefined, 1), page(200, '\n  <html>')],
    ['an empty bulk file', callTo(FILE, 'GET', undefined, 1), page(200, '')],
    ['a bulk file that was cut', callTo(FILE, 'GET', undefined, 1), { ...page(200, csv), complete: false }],
    ['another success than 200', callTo(FILE, 'GET', undefined, 1), page(206, csv)],
    ['a file in reply to a POST', callTo('/bulk/v1/leads.json', 'POST', undefined, 1), page(200, csv)],
    ['a file from the REST API', callTo('/rest/v1/leads.json', 'GET', undefined, 1), page(200, csv)],
  ])('does not believe %s', (_name, about, reply) => {
    expect(judged(about, reply)).toMatchObject({ verdict: { code: 'unreadableReply', executed: 'unknown' } });
  });

  it('shows the beginning of a reply to one message, and nothing of a shared one', () => {
    expect(judged(sync(2, 1), page(200, 'hello'))).toEqual({
      kind: 'whole',
      verdict: { ...UNCLEAR, message: 'HTTP 200, body notJson: hello' },
    });
    expect(judged(sync(2), page(200, 'hello'))).toEqual({
      kind: 'whole',
      verdict: { ...UNCLEAR, message: 'HTTP 200, body notJson' },
    });
  });

  it('goes by the status of a page from 400', () => {
    expect(judged(sync(1), page(399))).toMatchObject({ verdict: { code: 'unreadableReply' } });
    expect(judged(sync(1), page(400))).toMatchObject({ verdict: { code: '400', rule: { kind: 'reject' } } });
    expect(judged(sync(1), page(502))).toEqual({
      kind: 'whole',
      verdict: {
        rule: { kind: 'retry', pace: 'growing' },
        code: '502',
        level: 'http',
        message: 'HTTP 502',
        errors: [],
        executed: 'unknown',
        counted: true,
      },
    });
  });

  it('says where a redirect led, and that nothing was done', () => {
    const to = (headers: Record<string, string>) => judged(sync(1), { ...page(302), headers });
    const verdict = { ...UNCLEAR, code: 'redirected', executed: 'no' };

    expect(to({ location: 'https://evil.example/x?y=1' })).toEqual({
      kind: 'whole',
      verdict: { ...verdict, message: 'HTTP 302 to evil.example/x: not followed' },
    });
    expect(to({})).toEqual({ kind: 'whole', verdict: { ...verdict, message: 'HTTP 302 to nowhere: not followed' } });
  });

  it.each([
    [true, 'unknown'],
    [false, 'no'],
  ])('without a reply is open only if Marketo may have the call: %s', (mayHaveExecuted, executed) => {
    expect(judged(sync(1), { ...LOST, mayHaveExecuted } as HttpReply)).toEqual({
      kind: 'whole',
      verdict: { ...UNCLEAR, code: 'noReply', message: 'no reply: no reply in time', executed },
    });
  });
});
