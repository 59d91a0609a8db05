import type { Line, People } from './people.ts';

const LEADS = '/rest/v1/leads.json';

/** Bodies that are no messages: each ends as a dead letter with its problems listed, and no call is made. */
function invalidMessages(people: People): Line[] {
  const body = { input: people.newcomers(1) };
  return [
    'this is not JSON',
    '{"path": "/rest/v1/leads.json", "body": {"input": [',
    '["a", "list"]',
    '42',
    '"text in quotes"',
    {},
    { path: LEADS, body, priority: 'high', retries: 3 },
    { path: 'https://287-gtj-838.mktorest.com/rest/v1/leads.json', body },
    { path: '/rest/v1/../../identity/oauth/token', body },
    { path: '/rest/v1//leads.json', body },
    { path: '/rest/v1/leads%2Fdelete.json', body },
    { path: '/identity/oauth/token', query: { grant_type: 'client_credentials' } },
    { path: '/soap/mktows/2_9', body },
    { path: LEADS, body: { action: 'createOrUpdate', input: [] } },
    { path: LEADS, body: 'a text' },
    { path: LEADS, body, form: { also: 'a form' } },
    { method: 'PATCH', path: LEADS, body },
    { path: LEADS, body, id: '', notAfter: 'tomorrow', idempotent: 'yes' },
    // Valid, and too late.
    { path: LEADS, body, notAfter: '2020-01-01T00:00:00Z' },
  ];
}

/** Two relay ids, each of two messages that say the same: publishers retry as well. */
function duplicateMessages(people: People): Line[] {
  const lead: Line = { id: 'signup-2026-05-01-0042', path: LEADS, body: { input: people.newcomers(1) } };
  const trigger: Line = {
    id: 'welcome-2026-05-01-0042',
    path: '/rest/v1/campaigns/7001/trigger.json',
    body: { input: { leads: [{ id: 1099 }] } },
  };
  return [lead, lead, trigger, trigger];
}

export { duplicateMessages, invalidMessages };
