import type { RuleId } from '../../fake-marketo/rules/rules.ts';
import type { JsonObject } from '../../marketo/request.ts';
import type { Known, Probe, ProbeRequest } from './types.ts';

/** The one person that probes write. Nobody's address: RFC 2606 reserves the domain. */
const TEST_EMAIL = 'marketo-relay.parity@example.com';
const TEST_PERSON = { email: TEST_EMAIL, firstName: 'Marketo Relay', lastName: 'Parity test person' };
/** No id of Marketo's is so high, and no field is called so. */
const NO_ID = 2_147_483_647;
const NO_FIELD = 'marketoRelayNoSuchField';

const LEADS = '/rest/v1/leads.json';
const LISTS = '/rest/v1/lists.json';
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const get = (path: string): ProbeRequest => ({ method: 'GET', path });
const post = (path: string, body: JsonObject): ProbeRequest => {
  return { method: 'POST', path, contentType: JSON_TYPE, body: JSON.stringify(body) };
};
const sync = (body: JsonObject): ProbeRequest => post(LEADS, { lookupField: 'email', ...body });

const reads = (rule: RuleId, request: ProbeRequest): Probe => ({ rule, writes: false, request: () => request });
const writes = (rule: RuleId, request: ProbeRequest): Probe => ({ rule, writes: true, request: () => request });

function onLead(rule: RuleId, requestFor: (leadId: number) => ProbeRequest): Probe {
  const request = ({ leadId }: Known) => (leadId === undefined ? undefined : requestFor(leadId));
  return { rule, writes: true, needs: 'the test person', request };
}

function onList(rule: RuleId, requestFor: (listId: number, known: Known) => ProbeRequest, isWrite = false): Probe {
  const request = (known: Known) => (known.listId === undefined ? undefined : requestFor(known.listId, known));
  return { rule, writes: isWrite, needs: 'a static list', request };
}

/**
 * Safe rows of the table of rules, the most telling first: reads, upserts of the test person, and calls that Marketo is
 * known to refuse as a whole. None creates anybody but the test person, and none reaches a campaign or a form.
 */
const PROBES: readonly Probe[] = [
  { ...writes('leads-order', sync({ input: [TEST_PERSON] })), learns: 'leadId' },
  reads('usage-days', get('/rest/v1/stats/usage.json')),
  { ...reads('wire-paging', get(`${LISTS}?batchSize=1`)), learns: 'listId' },
  writes('leads-field-unknown', sync({ input: [TEST_PERSON, { email: TEST_EMAIL, [NO_FIELD]: 'x' }] })),
  writes('leads-value-invalid', sync({ input: [TEST_PERSON, { email: 'no address' }] })),
  writes('leads-create-only', sync({ action: 'createOnly', input: [TEST_PERSON] })),
  writes('leads-update-only', sync({ action: 'updateOnly', input: [{ email: `nobody.${TEST_EMAIL}` }] })),
  writes('leads-not-specified', sync({})),
  writes('leads-lookup-unknown', post(LEADS, { lookupField: NO_FIELD, input: [TEST_PERSON] })),
  writes(
    'leads-lookup-unsearchable',
    sync({ action: 'updateOnly', lookupField: 'firstName', input: [{ firstName: 'x' }] }),
  ),
  reads('wire-envelope', get(`${LEADS}?filterType=email&filterValues=${TEST_EMAIL}&fields=id,email,firstName`)),
  reads('wire-form-read', {
    method: 'POST',
    path: `${LEADS}?_method=GET`,
    contentType: FORM_TYPE,
    body: new URLSearchParams({ filterType: 'email', filterValues: TEST_EMAIL, fields: 'id,email' }).toString(),
  }),
  reads('reads-no-match', get(`/rest/v1/lead/${NO_ID}.json`)),
  reads('reads-filter-missing', get(LEADS)),
  reads('reads-filter-unknown', get(`${LEADS}?filterType=${NO_FIELD}&filterValues=x`)),
  reads('reads-filter-unsearchable', get(`${LEADS}?filterType=firstName&filterValues=x`)),
  reads('reads-filter-values', get(`${LEADS}?filterType=id&filterValues=${idsFrom(NO_ID - 300)}`)),
  reads('reads-fields', get(`${LEADS}?filterType=id&filterValues=${NO_ID}&fields=${NO_FIELD}`)),
  reads('wire-unknown-path', get('/rest/v1/leeds.json')),
  reads('wire-wrong-method', { method: 'DELETE', path: '/rest/v1/stats/usage.json' }),
  writes('wire-invalid-json', { method: 'POST', path: LEADS, contentType: JSON_TYPE, body: '{"input":[' }),
  writes('wire-content-type', { method: 'POST', path: LEADS, contentType: 'text/plain', body: '{}' }),
  reads('lists-unknown', get(`/rest/v1/lists/${NO_ID}.json`)),
  onList('lists-not-specified', (id) => post(`/rest/v1/lists/${id}/leads.json`, {}), true),
  onList('lists-ids', (id, { leadId = NO_ID }) => get(`/rest/v1/lists/${id}/leads/ismember.json?id=${leadId}`)),
  onLead('merge-parameters', (id) => ({
    method: 'POST',
    path: `/rest/v1/leads/${id}/merge.json`,
    contentType: JSON_TYPE,
  })),
  onLead('associate-cookie', (id) => {
    return { method: 'POST', path: `/rest/v1/leads/${id}/associate.json?cookie=none`, contentType: JSON_TYPE };
  }),
  reads('assets-nothing-found', get(`/rest/asset/v1/email/${NO_ID}.json`)),
  reads('assets-blank', get('/rest/asset/v1/email/byName.json?name=')),
  reads('assets-date', get('/rest/asset/v1/programs.json?earliestUpdatedAt=yesterday')),
  reads('wire-uri-limit', get(`${LEADS}?filterType=email&filterValues=${'x'.repeat(9000)}`)),
  reads('reads-cookie', get(`${LEADS}?filterType=cookies&filterValues=none`)),
  reads('programs-unknown', get(`/rest/v1/programs/${NO_ID}/members.json?filterType=leadId&filterValues=1`)),
  reads('objects-filter', get(`/rest/v1/companies.json?filterType=${NO_FIELD}&filterValues=x`)),
  reads('bulk-kept', get(`/bulk/v1/leads/batch/${NO_ID}.json`)),
  reads('wire-asset-method', {
    method: 'POST',
    path: '/rest/asset/v1/email/byName.json?_method=GET',
    contentType: FORM_TYPE,
    body: 'name=none',
  }),
];

function idsFrom(first: number): string {
  return Array.from({ length: 301 }, (_, index) => first + index).join(',');
}

export { PROBES, TEST_EMAIL };
