/**
 * Publishes three requests. Set QUEUE_URL, the output `QueueUrl` of the stack:
 *
 *     QUEUE_URL=... node examples/publish/publish.ts
 */
import { createPublisher, requests } from 'marketo-relay/publisher';

const publisher = createPublisher({ queueUrl: process.env.QUEUE_URL ?? '' });
const inAnHour = new Date(Date.now() + 3_600_000);

const results = await publisher.publish([
  requests.syncLeads({
    body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'ada@example.com', firstName: 'Ada' }] },
  }),
  requests.addLeadsToList({ listId: 1001, body: { input: [{ id: 1001 }] } }),
  requests.requestCampaign(
    { campaignId: 1001, body: { input: { leads: [{ id: 1001 }], tokens: [{ name: '{{my.order}}', value: '4711' }] } } },
    { id: 'order-4711-thanks', notAfter: inAnHour },
  ),
]);

for (const [index, result] of results.entries()) {
  process.stdout.write(`${index}: ${result.kind === 'accepted' ? result.messageId : JSON.stringify(result)}\n`);
  if (result.kind !== 'accepted') process.exitCode = 1;
}
