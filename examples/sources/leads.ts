import { type Line, type People, times } from './people.ts';

const PATH = '/rest/v1/leads.json';

/** Upserts, updates and creates, from one record to thirty; some with an `id`, an end or an opinion on repeating. */
function leadMessages(people: People): Line[] {
  return [
    ...times(24, () => upsert(people.newcomers(1))),
    ...times(14, () => upsert(people.newcomers(people.number(2, 12)))),
    ...times(3, () => upsert(people.newcomers(30))),
    ...times(10, () => updateByEmail(people)),
    ...times(5, () => updateById(people)),
    ...times(3, () => byCustomerNumber(people)),
    ...times(4, () => create(people)),
    { path: PATH, body: { action: 'createDuplicate', input: people.newcomers(2) } },
    { path: PATH, body: { action: 'createOnly', partitionName: 'EMEA', input: people.newcomers(3) } },
    { id: 'order-4711-confirmed', path: PATH, body: { input: people.newcomers(1) } },
    { notAfter: '2099-12-31T00:00:00Z', path: PATH, body: { input: people.newcomers(2) } },
    { idempotent: true, path: PATH, body: { action: 'createOrUpdate', input: people.newcomers(1) } },
    ...sameKeys(people),
    ...removals(),
  ];
}

function upsert(input: readonly unknown[]): Line {
  return { method: 'POST', path: PATH, body: { action: 'createOrUpdate', lookupField: 'email', input } };
}

function updateByEmail(people: People): Line {
  const input = people.knownIds(people.number(1, 10)).map((id) => {
    return { email: `person${id}@example.com`, leadScore: people.number(1, 99), rating: people.pick(['Hot', 'Warm']) };
  });
  return { path: PATH, body: { action: 'updateOnly', lookupField: 'email', input } };
}

function updateById(people: People): Line {
  const input = people
    .knownIds(people.number(2, 8))
    .map((id) => ({ id, orderCount: people.number(1, 9), title: 'Buyer' }));
  return { path: PATH, body: { action: 'updateOnly', lookupField: 'id', input } };
}

function byCustomerNumber(people: People): Line {
  const input = people.knownIds(5).map((id) => {
    return { customerNumber: `C-${id}`, loyaltyTier: people.pick(['gold', 'silver']), lastPurchaseAt: people.moment() };
  });
  return { path: PATH, body: { action: 'createOrUpdate', lookupField: 'customerNumber', input } };
}

function create(people: People): Line {
  return { path: PATH, body: { action: 'createOnly', input: people.newcomers(people.number(1, 4)) } };
}

/** One person in several messages, and twice in one: two writes that must not meet. */
function sameKeys(people: People): Line[] {
  const { email } = people.newcomer();
  const versions = ['Web', 'Fair', 'Partner', 'Phone'].map((leadSource) => upsert([{ email, leadSource }]));
  const other = people.newcomer();
  return [...versions, upsert([other, { email: other.email.toUpperCase(), title: 'Director' }])];
}

/** These people are in no list or program of the shipped data. */
function removals(): Line[] {
  return [
    { path: '/rest/v1/leads/delete.json', body: { input: [{ id: 1118 }, { id: 1119 }] } },
    { path: '/rest/v1/leads/delete.json', body: { input: [{ id: 1120 }] } },
    { path: '/rest/v1/leads/partitions.json', body: { input: [{ id: 1117, partitionName: 'APAC' }] } },
  ];
}

export { leadMessages };
