import { type Line, type People, times } from './people.ts';

/** Two full calls of some 900 KB: 300 records of 3 KB. SQS takes 1 MiB, Marketo 1 MB. */
function largeMessages(people: People): Line[] {
  const input = people.newcomers(300).map((person) => ({ ...person, personNotes: people.words(548) }));
  const orders = times(300, (index) => ({
    orderId: `L-${index}`,
    leadId: 1001 + (index % 100),
    amount: people.number(100, 9999) / 100,
    note: people.words(552),
  }));
  return [
    { path: '/rest/v1/leads.json', body: { action: 'createOrUpdate', lookupField: 'email', input } },
    { path: '/rest/v1/customobjects/order_c.json', body: { action: 'createOrUpdate', input: orders } },
  ];
}

export { largeMessages };
