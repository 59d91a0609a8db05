import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import type { JsonObject } from '../../lib/marketo/request.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';

let relay: RelayUnderTest;
let putBack: (() => void)[] = [];
beforeAll(async () => {
  relay = await startRelayUnderTest({ settings: { UNKNOWN_FIELDS: 'letter' } });
});
beforeEach(async () => {
  for (const back of putBack) back();
  putBack = [];
  await relay.reset();
  relay.renew();
});
afterAll(() => relay.stop());

const HOUR_MS = 3_600_000;

function message(path: string, record: JsonObject, body: JsonObject = {}): string {
  return JSON.stringify({ path, body: { ...body, input: [record] } });
}

/** How many calls were made for messages, and of Describe. */
function counts() {
  const describes = relay
    .calls()
    .filter(({ path }) => /describe2?\.json$|types\.json$|\/fields\.json$/.test(path)).length;
  return { describes, others: relay.calls().length - describes };
}

async function letters(): Promise<readonly { code: string; message: string }[]> {
  return (await relay.desk.letters()).map(({ letter }) => letter.failure);
}

/** What the relay makes of two messages: one that makes it learn the fields, and then, some time later, the one that matters. */
async function afterLearning(good: string, ...bodies: readonly string[]) {
  await relay.desk.publish(good);
  await relay.deliver();
  expect(await letters()).toEqual([]);
  relay.later(300_000);
  await relay.desk.publish(...bodies);
  await relay.deliver();
  return letters();
}

/** Each object type with a record that is right, and one with a field that is not there. */
const OBJECTS: readonly (readonly [string, string, JsonObject, JsonObject, string])[] = [
  [
    'leads',
    '/rest/v1/leads.json',
    { email: 'a@example.org' },
    { email: 'b@example.org', loyaltyTear: 'x' },
    'loyaltyTier',
  ],
  [
    'a custom object',
    '/rest/v1/customobjects/order_c.json',
    { orderId: 'O-9' },
    { orderId: 'O-8', amont: 1 },
    'amount',
  ],
  [
    'companies',
    '/rest/v1/companies.json',
    { externalCompanyId: 'x' },
    { externalCompanyId: 'y', webside: 'x' },
    'website',
  ],
  [
    'opportunities',
    '/rest/v1/opportunities.json',
    { externalOpportunityId: 'x' },
    { externalOpportunityId: 'y', stge: 'x' },
    'stage',
  ],
  [
    'opportunity roles',
    '/rest/v1/opportunities/roles.json',
    { externalOpportunityId: 'deal-1', leadId: 1001, role: 'Buyer' },
    { externalOpportunityId: 'deal-1', leadId: 1002, role: 'Buyer', isPrimry: true },
    'isPrimary',
  ],
  [
    'sales persons',
    '/rest/v1/salespersons.json',
    { externalSalesPersonId: 'x' },
    { externalSalesPersonId: 'y', titel: 'x' },
    'title',
  ],
  ['named accounts', '/rest/v1/namedaccounts.json', { name: 'x' }, { name: 'y', indusry: 'x' }, 'industry'],
  [
    'members of a program',
    `/rest/v1/programs/${SEED.webinarProgram}/members.json`,
    { leadId: 1041, mealPreference: 'none' },
    { leadId: 1042, mealPreferense: 'none' },
    'mealPreference',
  ],
  [
    'activities',
    '/rest/v1/activities/external.json',
    activity({ apiName: 'note', value: 'x' }),
    activity({ apiName: 'durationMinuts', value: 'x' }),
    'durationMinutes',
  ],
];

function activity(attribute: JsonObject): JsonObject {
  const activityDate = '2026-09-26T06:56:35+07:00';
  return {
    leadId: 1001,
    activityDate,
    activityTypeId: SEED.visitActivity,
    primaryAttributeValue: 'Oslo',
    attributes: [attribute],
  };
}

describe('fields, on real wires', () => {
  it.each(OBJECTS)('%s: a field that does not exist costs no call but Describe', async (_, path, good, bad, near) => {
    const [letter, ...more] = await afterLearning(message(path, good), message(path, bad));
    expect(more).toEqual([]);
    expect(letter?.code).toBe('unknownField');
    expect(letter?.message).toContain(`Did you mean '${near}'?`);
    expect(counts()).toEqual({ describes: 2, others: 1 });
  });

  it('300 messages with a lookup field that does not exist: two calls, where nothing was known', async () => {
    const bodies = Array.from({ length: 300 }, (_, index) =>
      message(
        '/rest/v1/leads.json',
        { email: `p${index}@example.org`, crmKey: `k${index}` },
        { lookupField: 'crmKey' },
      ),
    );
    await relay.desk.publish(...bodies);
    for (let turn = 0; turn < 3; turn++) await relay.deliver();
    expect(await letters()).toHaveLength(300);
    const { describes, others } = counts();
    expect({ describes, others }).toEqual({ describes: 1, others: 1 });
  });

  it('a text where a number must be is a letter before the call', async () => {
    const path = '/rest/v1/leads.json';
    const found = await afterLearning(
      message(path, { email: 'a@example.org' }),
      message(path, { email: 'b@example.org', leadScore: 'high' }),
    );
    expect(found.map(({ code }) => code)).toEqual(['invalidFieldValue']);
  });

  it('a submission with a field that its form does not have is no loss in silence', async () => {
    const path = '/rest/v1/leads/submitForm.json';
    const form = (fields: JsonObject): string =>
      message(path, { leadFormFields: { email: 'a@example.org', ...fields } }, { formId: SEED.signUpForm });
    const found = await afterLearning(
      form({ firstName: 'Ann' }),
      form({ postalCode: '0150' }),
      form({ shoeSize: '42' }),
    );
    expect(found.map(({ code }) => code)).toEqual(['unknownField', 'unknownField']);
    expect(found.map(({ message: said }) => said).join('\n')).toContain(
      `forms/${SEED.signUpForm} has none of this name`,
    );
    expect(counts().others).toBe(1);
  });

  it('a field that vanishes holds its messages, and lets them go when it is back', async () => {
    const path = '/rest/v1/leads.json';
    const record = { email: 'a@example.org', loyaltyTier: 'gold' };
    await relay.desk.publish(message(path, record));
    await relay.deliver();
    relay.later(HOUR_MS / 2);
    const back = relay.marketo.database.takeField('leads', 'loyaltyTier');
    putBack.push(back);
    await relay.desk.publish(message(path, { ...record, loyaltyTier: 'silver' }));
    for (let turn = 0; turn < 5; turn++) {
      await relay.deliver();
      relay.later(16 * 60_000);
    }
    expect(await letters()).toEqual([]);
    expect(relay.events().filter(({ kind }) => kind === 'schemaChanged').length).toBeGreaterThanOrEqual(5);
    expect(counts().others).toBe(2);
    back();
    await relay.deliver();
    expect(relay.marketo.database.leadsByEmail('a@example.org')[0]?.fields.get('loyaltyTier')).toBe('silver');
    expect(await letters()).toEqual([]);
  });

  it('another environment knows from the table what one has asked for', async () => {
    const path = '/rest/v1/leads.json';
    await relay.desk.publish(message(path, { email: 'a@example.org' }));
    await relay.deliver();
    relay.renew();
    await relay.desk.publish(message(path, { email: 'b@example.org', loyaltyTear: 'gold' }));
    await relay.deliver();
    expect((await letters()).map(({ code }) => code)).toEqual(['unknownField']);
    expect(counts()).toEqual({ describes: 1, others: 1 });
  });
});
