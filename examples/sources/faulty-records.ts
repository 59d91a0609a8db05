import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import { type Line, type People, times } from './people.ts';

const LEADS = '/rest/v1/leads.json';
const WEBINAR = `/rest/v1/programs/${SEED.webinarProgram}/members`;

/** Messages of which some records, or all, are skipped: code in the comment. The good ones must arrive. */
function faultyRecordMessages(people: People): Line[] {
  const good = (count: number) => people.newcomers(count);
  const known = (id: number) => ({ email: `person${id}@example.com` });
  return [
    // 1001 and 1003: values of another type
    { path: LEADS, body: { input: [...good(4), { ...people.newcomer(), leadScore: 'very high' }] } },
    { path: LEADS, body: { input: [{ email: 'not an address' }, ...good(6), { email: 'umlaut-ä@example.org' }] } },
    { path: LEADS, body: { input: [{ ...people.newcomer(), dateOfBirth: '31.12.1999' }, ...good(2)] } },
    { path: LEADS, body: { action: 'createOnly', input: [{ ...people.newcomer(), id: 1001 }] } },
    // 1002: no lookup field
    { path: LEADS, body: { input: [{ firstName: 'Nobody', lastName: 'Nowhere' }, ...good(3)] } },
    {
      path: '/rest/v1/activities/external.json',
      body: { input: [{ leadId: 1001, activityTypeId: SEED.visitActivity }] },
    },
    // 1004: updateOnly of somebody unknown
    {
      path: LEADS,
      body: { action: 'updateOnly', input: [known(1005), { email: 'unknown@example.org', rating: 'Hot' }] },
    },
    { path: `/rest/v1/lists/${SEED.newsletterList}/leads.json`, body: { input: [{ id: 1050 }, { id: 987_654 }] } },
    // 1005: createOnly of somebody known
    { path: LEADS, body: { action: 'createOnly', input: [known(1006), ...good(2)] } },
    { path: LEADS, body: { action: 'createOnly', input: [known(1007)] } },
    // 1006: unknown field
    { path: LEADS, body: { input: [{ ...people.newcomer(), favouriteColour: 'green' }, ...good(5)] } },
    {
      path: '/rest/v1/customobjects/order_c.json',
      body: { input: [{ orderId: 'O-1', colour: 'red' }, { orderId: 'O-3' }] },
    },
    // 1007: two people with one address
    { path: LEADS, body: { input: [{ email: 'twin@example.com', city: 'Graz' }, ...good(1)] } },
    // 1008, 1009, 1010: partitions
    { path: LEADS, body: { action: 'updateOnly', input: [{ email: 'restricted@example.com', city: 'Oslo' }] } },
    { path: '/rest/v1/leads/partitions.json', body: { input: [{ id: 1111 }, { id: 1112, partitionName: 'EMEA' }] } },
    { path: LEADS, body: { partitionName: 'APAC', input: [{ email: 'emea@example.com', city: 'Lyon' }] } },
    // 1013: no such object, activity type or membership
    {
      path: '/rest/v1/customobjects/vehicle_c.json',
      body: { action: 'updateOnly', input: [{ vin: 'NOSUCHVIN00000000', year: 2020 }] },
    },
    {
      path: `${WEBINAR}.json`,
      body: {
        input: [
          { leadId: 1042, seats: 2 },
          { leadId: 1001, seats: 1 },
        ],
      },
    },
    // 1015: not in the list, which is what was wanted
    {
      method: 'DELETE',
      path: `/rest/v1/lists/${SEED.webinarList}/leads.json`,
      body: { input: [{ id: 1001 }, { id: 1035 }] },
    },
    // 1017: exists
    {
      path: '/rest/v1/companies.json',
      body: { action: 'createOnly', input: [{ externalCompanyId: 'acme', company: 'Acme' }] },
    },
    // 1021: a field of the company
    { path: LEADS, body: { input: [{ ...people.newcomer(), industry: 'Toys' }, ...good(2)] } },
    // 1022: in use
    { path: '/rest/v1/namedAccountLists/delete.json', body: { input: [{ marketoGUID: SEED.usedAccountList }] } },
    // 1036: twice in one call
    {
      path: '/rest/v1/companies.json',
      body: {
        input: [
          { externalCompanyId: 'initech', company: 'Initech' },
          { externalCompanyId: 'initech', company: 'Initech Ltd' },
        ],
      },
    },
    // 1037: already past it
    { path: `${WEBINAR}/status.json`, body: { statusName: 'Invited', input: [{ leadId: 1045 }, { leadId: 1055 }] } },
    // 1049: attributes too long
    { path: '/rest/v1/activities/external.json', body: { input: [longActivity(people)] } },
  ];
}

function longActivity(people: People): Record<string, unknown> {
  return {
    leadId: 1001,
    activityDate: people.moment(),
    activityTypeId: SEED.purchaseActivity,
    primaryAttributeValue: 'O-1',
    attributes: times(2, (index) => ({ apiName: `line${index + 1}`, value: 'x'.repeat(33_000) })),
  };
}

export { faultyRecordMessages };
