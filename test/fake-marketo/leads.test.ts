import { afterEach, describe, expect, it } from 'vitest';
import { startCaller, stopAll } from './support/caller.ts';

const person = (id: number) => `person${id}@example.com`;

afterEach(stopAll);

describe('Sync Leads of the fake', () => {
  it('creates, updates and skips a record at a time, in the order of the input', async () => {
    const caller = await startCaller();
    const { result } = await caller.syncLeads([
      { email: 'new@example.org', city: 'Oslo' },
      { email: 'broken' },
      { email: person(1001).toUpperCase(), city: 'Graz' },
    ]);
    const { database } = caller.fake;
    expect(result).toMatchObject([
      { id: 100_001, status: 'created' },
      { status: 'skipped' },
      { id: 1001, status: 'updated' },
    ]);
    expect(result[1]).not.toHaveProperty('id');
    expect(database.leads.get(1001)?.fields.get('city')).toBe('Graz');
    expect(database.leads.get(1001)?.fields.get('lastName')).toBeTypeOf('string');
    expect(database.leadsByEmail('new@example.org')).toHaveLength(1);
  });

  it.each([
    ['1001', {}, { email: 'a@example.org', leadScore: 'many' }],
    ['1001', {}, { email: 'a@example.org', unsubscribed: 'perhaps' }],
    ['1003', {}, { email: 'a@example.org', dateOfBirth: '2026-02-30' }],
    ['1003', {}, { email: 'a@example.org', city: 'x'.repeat(256) }],
    ['1003', {}, { email: 'a@example.org', city: { name: 'Oslo' } }],
    ['1003', {}, { email: 'ä@example.org' }],
    ['1003', {}, { email: null }],
    ['1003', {}, { email: 'a@example.org', createdAt: '2026-01-01T00:00:00Z' }],
    ['1003', { action: 'createOnly' }, { id: 1001, email: 'a@example.org' }],
    ['1002', {}, { firstName: 'Nobody' }],
    ['1006', {}, { email: 'a@example.org', nothing: 1 }],
    ['1006', {}, JSON.parse('{"email":"a@example.org","__proto__":1}')],
    ['1021', {}, { email: 'a@example.org', industry: 'Toys' }],
    ['1004', { action: 'updateOnly' }, { email: 'unknown@example.org' }],
    ['1004', { action: 'updateOnly', lookupField: 'id' }, { id: 987_654 }],
    ['1005', { action: 'createOnly' }, { email: person(1001) }],
    ['1007', {}, { email: 'twin@example.com' }],
    ['1008', { partitionName: 'Restricted' }, { email: 'a@example.org' }],
    ['1008', {}, { email: 'restricted@example.com' }],
    ['1010', { partitionName: 'APAC' }, { email: 'emea@example.com' }],
  ])('skips a record with %s for %o and %o, and writes nothing', async (code, parameters, record) => {
    const caller = await startCaller();
    const before = caller.fake.database.leads.size;
    const { recordCodes, result } = await caller.syncLeads([record], parameters);
    expect(recordCodes).toEqual([code]);
    expect(result).toMatchObject([{ status: 'skipped' }]);
    expect(caller.fake.database.leads.size).toBe(before);
  });

  it.each([
    ['1006', { lookupField: 'userId' }],
    ['1011', { lookupField: 'firstName' }],
    ['1003', { action: 'replace' }],
    ['1003', { lookupField: 'id' }],
  ])('fails the whole call with %s for %o', async (code, parameters) => {
    const caller = await startCaller();
    const reply = await caller.syncLeads([{ email: 'a@example.org', firstName: 'A', id: 1001 }], parameters);
    expect(reply.code).toBe(code);
  });

  it('lists several reasons for one record', async () => {
    const caller = await startCaller();
    const { recordCodes } = await caller.syncLeads([
      { email: 'a@example.org', nothing: 1, leadScore: 'many', industry: 'Toys' },
    ]);
    expect(recordCodes).toEqual(['1006', '1001', '1021']);
  });

  it('asks for a partition where the user has no default one', async () => {
    const user = { userId: 'u@example.com', clientId: 'c', clientSecret: 's', defaultPartition: null };
    const caller = await startCaller({ users: [user] });
    expect((await caller.syncLeads([{ email: 'a@example.org' }])).recordCodes).toEqual(['1009']);
    expect((await caller.syncLeads([{ email: 'a@example.org' }], { partitionName: 'EMEA' })).recordCodes).toEqual([]);
  });

  it('clears a field with null and with the empty string', async () => {
    const caller = await startCaller();
    await caller.syncLeads([{ email: person(1001), leadScore: null, firstName: '' }]);
    const lead = caller.fake.database.leads.get(1001);
    expect([lead?.fields.get('leadScore'), lead?.fields.get('firstName')]).toEqual([null, null]);
  });
});

describe('upserts of one key', () => {
  it('make two people when they overlap, and count it', async () => {
    const caller = await startCaller({ latencyMs: 150 });
    const both = await Promise.all([1, 2].map((title) => caller.syncLeads([{ email: 'same@example.org', title }])));
    const later = await caller.syncLeads([{ email: 'same@example.org' }]);
    expect(both.flatMap(({ result }) => result).map(({ status }) => status)).toEqual(['created', 'created']);
    expect(caller.fake.database.leadsByEmail('same@example.org')).toHaveLength(2);
    expect(caller.fake.stats.duplicatesCreated).toBe(1);
    expect(later.recordCodes).toEqual(['1007']);
  });

  it('make one person when they follow each other', async () => {
    const caller = await startCaller({ latencyMs: 5 });
    const first = await caller.syncLeads([{ email: 'same@example.org' }]);
    const second = await caller.syncLeads([{ email: ' SAME@example.org '.trim() }]);
    expect([first, second].map(({ result }) => result[0]?.status)).toEqual(['created', 'updated']);
    expect(caller.fake.stats.duplicatesCreated).toBe(0);
  });

  it('make two people when they share a call', async () => {
    const caller = await startCaller();
    await caller.syncLeads([{ email: 'same@example.org' }, { email: 'Same@example.org' }]);
    expect(caller.fake.stats.duplicatesCreated).toBe(1);
  });

  it('make one person when both are createOnly', async () => {
    const caller = await startCaller({ latencyMs: 150 });
    const calls = [1, 2].map(() => caller.syncLeads([{ email: 'same@example.org' }], { action: 'createOnly' }));
    const codes = (await Promise.all(calls)).flatMap(({ recordCodes }) => recordCodes);
    expect(codes).toEqual(['1005']);
    expect(caller.fake.database.leadsByEmail('same@example.org')).toHaveLength(1);
  });

  it('are no duplicates when they were asked for', async () => {
    const caller = await startCaller();
    await caller.syncLeads([{ email: 'same@example.org' }, { email: 'same@example.org' }], {
      action: 'createDuplicate',
    });
    expect(caller.fake.database.leadsByEmail('same@example.org')).toHaveLength(2);
    expect(caller.fake.stats.duplicatesCreated).toBe(0);
  });
});

describe('the other operations on people', () => {
  it('deletes once, out of lists and programs too', async () => {
    const caller = await startCaller();
    const remove = () => caller.post('/rest/v1/leads/delete.json', { input: [{ id: 1041 }] });
    expect((await remove()).result).toEqual([{ id: 1041, status: 'deleted' }]);
    expect((await remove()).recordCodes).toEqual(['1004']);
    expect(caller.fake.database.listMembers(1160)).not.toContain(1041);
    expect(caller.fake.database.programStatus(5001, 1041)).toBeUndefined();
  });

  it('deletes by the method DELETE with a body, too', async () => {
    const caller = await startCaller();
    const reply = await caller.call('/rest/v1/leads.json', {
      method: 'DELETE',
      body: { input: [{ id: 1042 }, { id: 4 }] },
    });
    expect(reply.result).toMatchObject([{ id: 1042, status: 'deleted' }, { status: 'skipped' }]);
    expect(caller.fake.database.leads.get(1042)).toBeUndefined();
  });

  it('merges: the loser is gone, the winner is in its lists', async () => {
    const caller = await startCaller();
    const merge = () => caller.call('/rest/v1/leads/1110/merge.json?leadId=1001', { method: 'POST' });
    const reply = await merge();
    expect(reply.json).not.toHaveProperty('result');
    expect(reply.json.success).toBe(true);
    expect(caller.fake.database.listMembers(1159)).toContain(1110);
    expect((await merge()).code).toBe('1004');
  });

  it('submits exactly one form', async () => {
    const caller = await startCaller();
    const entry = { leadFormFields: { email: 'form@example.org' } };
    const submit = (input: unknown, formId = 301) => caller.post('/rest/v1/leads/submitForm.json', { formId, input });
    expect((await submit([entry])).result).toMatchObject([{ status: 'created' }]);
    expect((await submit([entry, entry])).code).toBe('1003');
    expect((await submit([entry], 4)).code).toBe('1013');
    expect([...caller.fake.database.formFills]).toEqual([['301:100001', 1]]);
  });

  it('pushes into a program that exists', async () => {
    const caller = await startCaller();
    const input = [{ email: 'push@example.org' }];
    expect(
      (await caller.post('/rest/v1/leads/push.json', { programName: 'Spring webinar', input })).result,
    ).toHaveLength(1);
    expect((await caller.post('/rest/v1/leads/push.json', { programName: 'Nothing', input })).code).toBe('1013');
    expect((await caller.post('/rest/v1/leads/push.json', { input })).code).toBe('1002');
  });

  it('pages through a list', async () => {
    const caller = await startCaller();
    const first = await caller.call('/rest/v1/lists/1159/leads.json?batchSize=30');
    const rest = await caller.call(
      `/rest/v1/lists/1159/leads.json?batchSize=30&nextPageToken=${first.json.nextPageToken}`,
    );
    expect([first.result.length, rest.result.length]).toEqual([30, 10]);
    expect(rest.json).not.toHaveProperty('nextPageToken');
  });
});
