import { afterEach, describe, expect, it } from 'vitest';
import { startCaller, stopAll, until } from './support/caller.ts';

const LEADS = '/rest/v1/leads.json';
const IDS_301 = Array.from({ length: 301 }, (_, index) => index + 1).join(',');

afterEach(stopAll);

describe('what the fake checks before an operation', () => {
  it.each([
    ['an unknown path', '/rest/v1/leeds.json', { method: 'POST', body: {} }, '610'],
    ['a path below an operation', '/rest/v1/leads.json/1', {}, '610'],
    ['a known path with another method', LEADS, { method: 'PUT', body: {} }, '605'],
    ['another content type', LEADS, { raw: '{}', contentType: 'text/plain' }, '612'],
    ['a form for a JSON endpoint', LEADS, { form: { email: 'a@example.com' } }, '612'],
    ['half a JSON', LEADS, { raw: '{"input":[' }, '609'],
    ['JSON that is no object', LEADS, { raw: '[]' }, '609'],
    ['no body', LEADS, { method: 'POST' }, '1003'],
    ['no body elsewhere', '/rest/v1/companies.json', { method: 'POST' }, '1002'],
    ['more than 300 values of a filter', `${LEADS}?filterType=id&filterValues=${IDS_301}`, {}, '1003'],
    [
      'more than 300 values of a filter of objects',
      `/rest/v1/companies.json?filterType=externalCompanyId&filterValues=${IDS_301}`,
      {},
      '1003',
    ],
    ['an empty input', LEADS, { body: { input: [] } }, '1003'],
    ['an input that is no array', LEADS, { body: { input: {} } }, '1003'],
    ['a record that is no object', LEADS, { body: { input: ['a@example.com'] } }, '609'],
    ['more than 300 records', LEADS, { body: { input: Array.from({ length: 301 }, () => ({})) } }, '1003'],
    ['a file without its boundary', '/bulk/v1/leads.json', { raw: 'x', contentType: 'multipart/form-data' }, '613'],
  ])('answers %s with its code', async (_name, path, options, code) => {
    const caller = await startCaller();
    const reply = await caller.call(path, options);
    expect(reply.status).toBe(200);
    expect(reply.code).toBe(code);
    expect(reply.json.success).toBe(false);
  });

  it('answers 609 to a body that is not UTF-8', async () => {
    const caller = await startCaller();
    const body = Buffer.from('{"input":[{"email":"\xff@example.com"}]}', 'latin1');
    const headers = { authorization: `Bearer ${caller.token}`, 'content-type': 'application/json' };
    const reply = await fetch(caller.fake.url + LEADS, { method: 'POST', headers, body });
    expect(await reply.json()).toMatchObject({ errors: [{ code: '609' }] });
  });

  it('answers HTTP 413 to more than 1 MB, and takes exactly that much', async () => {
    const caller = await startCaller();
    const frame = JSON.stringify({ pad: '' }).length;
    const exact = await caller.post(LEADS, { pad: 'x'.repeat(1_048_576 - frame) });
    const over = await caller.post(LEADS, { pad: 'x'.repeat(1_048_576 - frame + 1) });
    expect(exact.code).toBe('1003');
    expect(over.status).toBe(413);
  });

  it('answers HTTP 414 past 8 KB of URI, and takes the same as a POST with _method=GET and a form', async () => {
    const caller = await startCaller();
    const filterValues = Array.from({ length: 300 }, (_, index) => `somebody.with.a.long.address${index}@example.org`);
    filterValues[299] = 'person1001@example.com';
    const query = { filterType: 'email', filterValues: filterValues.join(',') };
    const long = await caller.call(`${LEADS}?${new URLSearchParams(query)}`);
    const form = await caller.call(`${LEADS}?_method=GET`, { form: query });
    const formOnly = await caller.call(LEADS, { form: { ...query, _method: 'GET' } });
    expect(long.status).toBe(414);
    expect(form.result).toMatchObject([{ id: 1001, email: 'person1001@example.com' }]);
    expect(formOnly.result).toHaveLength(1);
  });

  it('refuses a read by form with 605, and now and then 612, where the subscription does', async () => {
    const caller = await startCaller({ features: { formReads: false } });
    const codes = new Set<string | undefined>();
    for (let call = 0; call < 40; call += 1) {
      codes.add((await caller.call(`${LEADS}?_method=GET`, { form: { filterType: 'id', filterValues: '1001' } })).code);
    }
    expect([...codes].sort()).toEqual(['605', '612']);
    expect((await caller.call(`${LEADS}?filterType=id&filterValues=1001`)).result).toHaveLength(1);
  });

  it('says what was not specified in the words of the recordings', async () => {
    const caller = await startCaller();
    const leads = await caller.post(LEADS, { action: 'createOrUpdate' });
    const ids = await caller.call('/rest/v1/lists/1159/leads.json', { method: 'POST' });
    expect(leads.json).toMatchObject({ errors: [{ code: '1003', message: 'Leads not specified' }] });
    expect(ids.json).toMatchObject({ errors: [{ code: '1003', message: 'Lead ids not specified' }] });
  });

  it('does not know _method at the asset endpoints', async () => {
    const caller = await startCaller();
    const reply = await caller.call('/rest/asset/v1/email/byName.json?_method=GET', {
      form: { name: 'Spring letter' },
    });
    expect(reply.code).toBe('605');
  });

  it('checks the token before anything else', async () => {
    const caller = await startCaller();
    caller.token = 'invented';
    expect((await caller.call('/rest/v1/leeds.json', { raw: '{' })).code).toBe('601');
  });

  it('replies in the envelope of the recordings', async () => {
    const caller = await startCaller();
    const before = Date.now();
    const { json, headers, status } = await caller.syncLeads([{ email: 'new@example.com' }, { email: '?' }]);
    const [, suffix = ''] = String(json.requestId).split('#');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(headers.get('date')).not.toBeNull();
    expect(Math.abs(Number.parseInt(suffix, 16) - before)).toBeLessThan(60_000);
    expect(json).toMatchObject({
      success: true,
      result: [
        { id: 100_001, status: 'created' },
        { status: 'skipped', reasons: [{ code: '1003', message: "Invalid value for field 'email' and value '?'" }] },
      ],
    });
    expect(Object.keys((json.result as object[])[1] ?? {})).toEqual(['status', 'reasons']);
  });

  it('gives the same ids and tokens for the same seed', async () => {
    const replies = async () => {
      const caller = await startCaller({ seed: 7, clock: { nowMs: () => 1_772_323_200_000 } });
      const { text } = await caller.post('/rest/v1/customobjects/order_c.json', { input: [{ orderId: 'N-1' }] });
      return [caller.token, text];
    };
    expect(await replies()).toEqual(await replies());
  });

  it('stops with connections open and calls hanging', async () => {
    const caller = await startCaller({ faults: [{ gives: { kind: 'hang', executed: false } }] });
    const hanging = caller.call(LEADS).catch((error: unknown) => error);
    await until(() => caller.fake.stats.inFlight === 1);
    await caller.fake.stop();
    expect(await hanging).toBeInstanceOf(Error);
  });
});
