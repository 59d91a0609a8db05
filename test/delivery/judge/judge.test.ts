import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedCall, type Judgement, judge } from '../../../lib/delivery/judge/judge.ts';
import type { Verdict } from '../../../lib/delivery/judge/verdict.ts';
import { matchEndpoint } from '../../../lib/marketo/endpoints/endpoints.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { parseReply } from '../../../lib/marketo/reply.ts';
import { runsOf } from '../../support/runs-of.ts';
import { json, LOST, page } from '../harness.ts';

const call = (
  path: string,
  records: number | undefined,
  messages: number,
  method: 'GET' | 'POST' = 'POST',
): JudgedCall => ({
  endpoint: matchEndpoint({ method, path }),
  method,
  records,
  messages,
});
const sync = (records: number, messages = records): JudgedCall => call('/rest/v1/leads.json', records, messages);
const status = (records: number): JudgedCall => call('/rest/v1/programs/7/members/status.json', records, records);
const remove = (records: number): JudgedCall => ({
  endpoint: matchEndpoint({ method: 'DELETE', path: '/rest/v1/lists/7/leads.json' }),
  method: 'DELETE',
  records,
  messages: records,
});
const push = call('/rest/v1/leads/push.json', undefined, 1);

function verdictsOf(judgement: Judgement, records: number): readonly Verdict[] {
  return judgement.kind === 'each' ? judgement.verdicts : Array<Verdict>(records).fill(judgement.verdict);
}

/** `kind:code` of each record's verdict. */
function said(about: JudgedCall, reply: HttpReply): readonly string[] {
  return verdictsOf(judge(about, parseReply(reply)), about.records ?? 1).map(
    ({ rule, code }) => `${rule.kind}:${code}`,
  );
}

const ok = (...result: readonly unknown[]): HttpReply => json({ requestId: 'r#1', success: true, result });
const reason = (code: string | number, message = 'why') => ({ code, message });
const errors = (...codes: readonly (string | number)[]): HttpReply =>
  json({ requestId: 'r#1', success: false, errors: codes.map((code) => reason(code)) });

describe('judge, record by record', () => {
  it.each<[string, JudgedCall, HttpReply, readonly string[]]>([
    [
      'created and updated',
      sync(2),
      ok({ id: 1, status: 'created' }, { id: 2, status: 'updated' }),
      ['delivered:ok', 'delivered:ok'],
    ],
    [
      'skipped with `reasons`',
      sync(2),
      ok({ id: 1, status: 'created' }, { status: 'skipped', reasons: [reason('1003')] }),
      ['delivered:ok', 'reject:1003'],
    ],
    ['skipped with `errors`', sync(1), ok({ status: 'skipped', errors: [reason('1003')] }), ['reject:1003']],
    ['skipped with `reason`', sync(1), ok({ status: 'skipped', reason: reason('1003') }), ['reject:1003']],
    [
      'several reasons, the gravest counts',
      sync(1),
      ok({ status: 'skipped', reasons: [reason('1016'), reason('1003')] }),
      ['reject:1003'],
    ],
    ['reasons without a status', sync(1), ok({ reasons: [reason('1007')] }), ['reject:1007']],
    ['skipped without a reason', sync(1), ok({ status: 'skipped' }), ['reject:unreadableReply']],
    ['a status that nobody knows', sync(1), ok({ id: 1, status: 'pondering' }), ['reject:unreadableReply']],
    ['codes as numbers', sync(1), ok({ status: 'skipped', reasons: [reason(1003)] }), ['reject:1003']],
    ['a code that nobody knows', sync(1), ok({ status: 'skipped', reasons: [reason('1999')] }), ['reject:1999']],
    [
      '1037 on a change of status: already so',
      status(2),
      ok({ leadId: 1, status: 'updated' }, { leadId: 2, status: 'skipped', reasons: [reason('1037')] }),
      ['delivered:ok', 'delivered:1037'],
    ],
    ['1037 elsewhere', sync(1), ok({ status: 'skipped', reasons: [reason('1037')] }), ['reject:1037']],
    [
      '1015 on a removal: already so',
      remove(1),
      ok({ id: 1, status: 'skipped', reasons: [reason('1015')] }),
      ['delivered:1015'],
    ],
    [
      '1037 beside another reason',
      status(1),
      ok({ status: 'skipped', reasons: [reason('1037'), reason('1003')] }),
      ['reject:1003'],
    ],
    ['an id and no status', sync(1), ok({ id: 5 }), ['delivered:ok']],
    ['a status and no id', sync(1), ok({ status: 'updated' }), ['delivered:ok']],
    [
      'neither id nor status nor reason',
      sync(2),
      ok({}, { id: 1, status: 'created' }),
      ['retry:unreadableReply', 'delivered:ok'],
    ],
    ['an entry that is no object', sync(2), ok(null, 'created'), ['retry:unreadableReply', 'retry:unreadableReply']],
    ['status in capitals', sync(1), ok({ id: 1, status: 'Created' }), ['delivered:ok']],
    ['a limit for one record', sync(1), ok({ status: 'skipped', reasons: [reason('1016')] }), ['retry:1016']],
    [
      'warnings beside success',
      sync(1),
      json({ success: true, warnings: ['beware'], result: [{ id: 1, status: 'created' }] }),
      ['delivered:ok'],
    ],
    [
      'errors beside success, and evidence',
      sync(1),
      json({ success: true, errors: [reason('1003')], result: [{ id: 1, status: 'created' }] }),
      ['delivered:ok'],
    ],
    [
      'errors beside success, evidence for some',
      sync(2),
      json({ success: true, errors: [reason('1003')], result: [{ id: 1, status: 'created' }, {}] }),
      ['delivered:ok', 'retry:unreadableReply'],
    ],
    [
      'errors beside success, and no evidence',
      sync(2),
      json({ success: true, errors: [reason('1003')], result: [{}, {}] }),
      ['isolate:1003', 'isolate:1003'],
    ],
    [
      'fewer results than records',
      sync(2),
      ok({ id: 1, status: 'created' }),
      ['isolate:unreadableReply', 'isolate:unreadableReply'],
    ],
    [
      'more results than records',
      sync(1),
      ok({ id: 1, status: 'created' }, { id: 2, status: 'created' }),
      ['isolate:unreadableReply'],
    ],
    ['no results', sync(1), json({ success: true }), ['isolate:unreadableReply']],
    ['success in words', sync(1), json({ success: 'true', result: [{ id: 1, status: 'created' }] }), ['delivered:ok']],
  ])('%s', (_name, about, reply, expected) => {
    expect(said(about, reply)).toEqual(expected);
  });
});

describe('judge, a reply to the whole call', () => {
  it.each<[string, JudgedCall, HttpReply, string]>([
    ['1xxx in a shared call', sync(3), errors('1006'), 'isolate:1006'],
    ['1xxx alone', sync(1), errors('1006'), 'isolate:1006'],
    ['1004 alone may pass', sync(1), errors('1004'), 'retry:1004'],
    ['1004 for the only message, of three records', sync(3, 1), errors('1004'), 'retry:1004'],
    ['1004 in a shared call', sync(3), errors('1004'), 'isolate:1004'],
    ['1037 says nothing of the neighbours', status(3), errors('1037'), 'isolate:1037'],
    ['609 in a shared call', sync(3), errors('609'), 'isolate:609'],
    ['a code as a number', sync(1), errors(606), 'wait:606'],
    ['two codes, the gravest counts', sync(2), errors('611', '1003'), 'isolate:1003'],
    ['a refused token before everything', sync(1), errors('1003', '601'), 'reauthenticate:601'],
    ['605, shared', sync(3), errors('605'), 'isolate:605'],
    ['610, shared', sync(3), errors('610'), 'isolate:610'],
    ['612, shared', sync(3), errors('612'), 'isolate:612'],
    ['616, shared', sync(3), errors('616'), 'isolate:616'],
    ['703, shared', sync(3), errors('703'), 'isolate:703'],
    ['603 tells for all', sync(3), errors('603'), 'stop:603'],
    ['702 may be of one message', sync(3), errors('702'), 'isolate:702'],
    ['702 alone', sync(1), errors('702'), 'reject:702'],
    ['607', sync(3), errors('607'), 'wait:607'],
    ['615', sync(3), errors('615'), 'wait:615'],
    ['713', sync(3), errors('713'), 'retry:713'],
    ['an error without a code', sync(1), json({ success: false, errors: [{ message: 'no' }] }), 'retry:noCode'],
    ['failure without an error', sync(1), json({ success: false }), 'retry:unreadableReply'],
    ['errors without `success`', sync(1), json({ errors: [reason('1006')] }), 'isolate:1006'],
    ['HTML', sync(1), page(200), 'retry:unreadableReply'],
    ['nothing', sync(1), page(200, ''), 'retry:unreadableReply'],
    ['JSON of another kind', sync(1), json({ hello: 'world' }), 'retry:unreadableReply'],
    ['a list', sync(1), json([1, 2]), 'retry:unreadableReply'],
    [
      'half of it',
      sync(1),
      { ...page(200, '{"success":true,"result":[{"id"'), complete: false },
      'retry:unreadableReply',
    ],
    ['a redirect', sync(1), { ...page(302), headers: { location: 'https://evil.example/x' } }, 'retry:redirected'],
    ['413 as a page', sync(3), page(413), 'reshape:413'],
    ['414 as a page', call('/rest/v1/leads.json', undefined, 1, 'GET'), page(414), 'reshape:414'],
    ['502 as a page', sync(1), page(502), 'retry:502'],
    ['503 as a page', sync(1), page(503), 'retry:503'],
    ['401 as a page', sync(1), page(401), 'reauthenticate:401'],
    ['403 as a page, shared', sync(3), page(403), 'isolate:403'],
    ['403 as a page, alone', sync(1), page(403), 'reject:403'],
    ['404 as a page, shared', sync(3), page(404), 'isolate:404'],
    ['no reply', sync(1), LOST, 'retry:noReply'],
  ])('%s', (_name, about, reply, expected) => {
    const judgement = judge(about, parseReply(reply));
    expect(judgement.kind).toBe('whole');
    expect(said(about, reply)[0]).toBe(expected);
  });

  it('leaves open what was done when one of several errors does', () => {
    const judgement = judge(sync(2), parseReply(errors('1003', '611')));
    expect(judgement).toMatchObject({ kind: 'whole', verdict: { code: '1003', executed: 'unknown' } });
  });

  it('trusts no failure that names records as done', () => {
    const reply = json({ success: false, errors: [reason('606')], result: [{ id: 1, status: 'created' }] });
    expect(judge(sync(1), parseReply(reply))).toMatchObject({ verdict: { code: '606', executed: 'unknown' } });
  });

  it('shows nothing of a shared reply that may be a neighbour’s', () => {
    const cut = { ...page(200, '{"success":true,"result":[{"reasons":[{"message":"ann@x.test"'), complete: false };
    expect(JSON.stringify(judge(sync(2), parseReply(cut)))).not.toContain('ann@x.test');
  });
});

describe('judge, a message that stands or falls as a whole', () => {
  const skip = (code: string) => ({ status: 'skipped', reasons: [reason(code)] });
  it.each<[string, JudgedCall, HttpReply, string, Verdict['executed']]>([
    ['all taken', push, ok({ id: 1, status: 'updated' }), 'delivered:ok', 'yes'],
    ['one skipped', push, ok({ id: 1, status: 'updated' }, skip('1003')), 'reject:1003', 'yes'],
    ['all skipped', push, ok(skip('1003'), skip('1003')), 'reject:1003', 'no'],
    ['skipped without a reason', push, ok({ status: 'skipped' }), 'reject:unreadableReply', 'no'],
    ['a campaign', call('/rest/v1/campaigns/3/trigger.json', undefined, 1), ok({ id: 3 }), 'delivered:ok', 'yes'],
    ['a merge', call('/rest/v1/leads/5/merge.json', undefined, 1), json({ success: true }), 'delivered:ok', 'yes'],
    [
      'a read, whatever its fields say',
      call('/rest/v1/leads.json', undefined, 1, 'GET'),
      ok(skip('1003')),
      'delivered:ok',
      'yes',
    ],
    [
      'errors beside success',
      push,
      json({ success: true, errors: [reason('1003')], result: [] }),
      'isolate:1003',
      'no',
    ],
  ])('%s', (_name, about, reply, expected, executed) => {
    const judgement = judge(about, parseReply(reply));
    expect(said(about, reply)).toEqual([expected]);
    expect(judgement).toMatchObject({ kind: 'whole', verdict: { executed } });
  });
});

const code = fc.oneof(
  fc.constantFrom(
    '1003',
    '1004',
    '1015',
    '1016',
    '1037',
    '601',
    '603',
    '606',
    '607',
    '611',
    '613',
    '615',
    '701',
    '713',
    '0',
    '',
    'x',
  ),
  fc.integer({ min: -1, max: 2_000 }),
);
const someReason = fc.oneof(fc.record({ code, message: fc.string() }, { requiredKeys: [] }), fc.jsonValue());
const entry = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ id: fc.nat(), status: fc.constantFrom('created', 'updated', 'deleted', 'added') }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        id: fc.oneof(fc.nat(), fc.string()),
        status: fc.constantFrom('skipped', 'created', 'failed', '', 'queued', 7, null),
        reasons: fc.oneof(fc.array(someReason, { maxLength: 3 }), someReason),
        errors: fc.array(someReason, { maxLength: 2 }),
        reason: someReason,
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const envelope = fc.record(
  {
    success: fc.oneof(fc.boolean(), fc.constantFrom('true', 'false', null, 1)),
    requestId: fc.string(),
    errors: fc.oneof(fc.array(someReason, { maxLength: 3 }), someReason),
    warnings: fc.array(fc.string(), { maxLength: 2 }),
    result: fc.oneof(fc.array(entry, { maxLength: 6 }), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  { weight: 4, arbitrary: envelope.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '<html></html>', 'null', '[]', '{}', '"x"') },
);
const httpReply: fc.Arbitrary<HttpReply> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      status: fc.oneof(
        { weight: 3, arbitrary: fc.constant(200) },
        { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
      ),
      headers: fc.constantFrom<Record<string, string>>({}, { location: 'https://elsewhere.example/' }),
      body: fc.oneof(
        text,
        text.map((one) => one.slice(0, one.length / 2)),
      ),
      complete: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('noReply' as const),
      reason: fc.constantFrom('timeout', 'connection', 'notConnected'),
      mayHaveExecuted: fc.boolean(),
      detail: fc.string(),
    }),
  },
);
const about = fc.oneof(
  fc
    .record({ records: fc.integer({ min: 1, max: 6 }), messages: fc.integer({ min: 1, max: 6 }) })
    .map(
      ({ records, messages }) =>
        fc.sample(fc.constantFrom(sync, status, remove), { numRuns: 1, seed: records })[0]?.(
          records,
          Math.min(records, messages),
        ) ?? sync(1),
    ),
  fc.constantFrom(
    push,
    call('/rest/v1/leads.json', undefined, 1, 'GET'),
    call('/bulk/v1/leads/export/1/file.json', undefined, 1, 'GET'),
  ),
);

describe('judge, whatever comes', () => {
  it('gives each record exactly one verdict, and never throws', () => {
    fc.assert(
      fc.property(about, httpReply, (one, reply) => {
        const judgement = judge(one, parseReply(reply));
        const verdicts = verdictsOf(judgement, one.records ?? 1);
        expect(verdicts).toHaveLength(one.records ?? 1);
        for (const verdict of verdicts) {
          expect(verdict.rule.kind).toBeTypeOf('string');
          expect(['yes', 'no', 'unknown']).toContain(verdict.executed);
        }
      }),
      { numRuns: runsOf(5_000), seed: 4 },
    );
  });

  it('believes in success only where the reply shows it', () => {
    fc.assert(
      fc.property(about, httpReply, (one, reply) => {
        const verdicts = verdictsOf(judge(one, parseReply(reply)), one.records ?? 1);
        if (!verdicts.some(({ rule }) => rule.kind === 'delivered')) return;
        if (reply.kind !== 'reply') throw new Error('success without a reply');
        const isFile = one.endpoint.path.startsWith('/bulk/') && reply.status === 200;
        if (isFile) return;
        const seen = JSON.parse(reply.body) as { success?: unknown; result?: unknown };
        expect([true, 'true']).toContain(seen.success);
        if (one.records === undefined) return;
        const result = Array.isArray(seen.result) ? seen.result : [seen.result];
        expect(result).toHaveLength(one.records);
        for (const [index, { rule, code: given }] of verdicts.entries()) {
          if (rule.kind !== 'delivered') continue;
          const evidence = JSON.stringify(result[index]);
          if (given === 'ok') expect(evidence).toMatch(/created|updated|deleted|added|"id"/);
          else expect(evidence).toContain(given);
        }
      }),
      { numRuns: runsOf(5_000), seed: 5 },
    );
  });
});
