/**
 * Publishes the 500 messages of the incident that docs/runbook.md walks through, 37 of which name a field that is called otherwise
 * in Marketo. `--print` writes them to standard output instead, one a line. The same every time.
 *
 *     QUEUE_URL=... npx node examples/incident.ts
 */
import { createPublisher, type PublisherMessage } from '../exports/publisher.ts';
import { SEED } from '../lib/fake-marketo/seed-data.ts';
import { People, times } from './sources/people.ts';

const SEED_OF_PEOPLE = 20_270_131;

/** 410 that are sound, and five kinds of which each meets a fault of its own. */
function incidentMessages(): readonly PublisherMessage[] {
  const people = new People(SEED_OF_PEOPLE);
  const messages: readonly PublisherMessage[] = [
    ...times(400, (index) => upsert(`sign-up-${index}`, { ...people.newcomer(), loyaltyTier: 'silver' })),
    ...times(10, (index) => ({ id: `look-${index}`, path: '/rest/v1/leads/describe.json' })),
    ...times(37, (index) => upsert(`renewal-${index}`, { ...people.newcomer(), loyaltyLevel: 'gold' })),
    ...times(20, (index) => addToList(`newsletter-${index}`, people.knownIds(1, 1001, 1110))),
    ...times(15, (index) => trigger(`welcome-${index}`, people.knownIds(1, 1001, 1110))),
    ...times(10, (index) => changeStatus(`seat-${index}`, people.knownIds(1, 1061, 1110))),
    ...times(8, (index) => order(`order-${index}`, people)),
  ];
  const shuffled = messages.map((message) => ({ message, rank: people.random() }));
  return shuffled.sort((one, other) => one.rank - other.rank).map(({ message }) => message);
}

function upsert(id: string, record: Readonly<Record<string, string>>): PublisherMessage {
  return { id, path: '/rest/v1/leads.json', body: { action: 'createOrUpdate', lookupField: 'email', input: [record] } };
}

function addToList(id: string, leads: readonly number[]): PublisherMessage {
  return {
    id,
    path: `/rest/v1/lists/${SEED.newsletterList}/leads.json`,
    body: { input: leads.map((lead) => ({ id: lead })) },
    method: 'POST',
  };
}

function trigger(id: string, leads: readonly number[]): PublisherMessage {
  return {
    id,
    path: `/rest/v1/campaigns/${SEED.triggerCampaign}/trigger.json`,
    body: { input: { leads: leads.map((lead) => ({ id: lead })) } },
  };
}

function changeStatus(id: string, leads: readonly number[]): PublisherMessage {
  const input = leads.map((leadId) => ({ leadId }));
  return {
    id,
    path: `/rest/v1/programs/${SEED.webinarProgram}/members/status.json`,
    body: { statusName: 'Registered', input },
  };
}

function order(id: string, people: People): PublisherMessage {
  const input = [
    { orderId: id, leadId: people.number(1001, 1110), amount: people.number(500, 90_000) / 100, currency: 'EUR' },
  ];
  return {
    id,
    path: '/rest/v1/customobjects/order_c.json',
    body: { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input },
  };
}

async function publish(queueUrl: string): Promise<void> {
  const messages = incidentMessages();
  const results = await createPublisher({ queueUrl }).publish(messages);
  const accepted = results.filter(({ kind }) => kind === 'accepted').length;
  process.stdout.write(`${accepted} of ${messages.length} messages published\n`);
  if (accepted < messages.length) process.exitCode = 1;
}

if (import.meta.main) {
  const { QUEUE_URL } = process.env;
  if (process.argv.includes('--print')) {
    process.stdout.write(
      `${incidentMessages()
        .map((message) => JSON.stringify(message))
        .join('\n')}\n`,
    );
  } else if (QUEUE_URL === undefined || QUEUE_URL === '') {
    process.stderr.write(
      'QUEUE_URL is not set: `npm start -- --serve` prints it among the lines to copy; or give --print\n',
    );
    process.exitCode = 2;
  } else await publish(QUEUE_URL);
}

export { incidentMessages };
