import { SQSClient } from '@aws-sdk/client-sqs';
import { App, Stack } from 'aws-cdk-lib';
import {
  ConfigurationError,
  MarketoRelay,
  type MarketoRelayProps,
  METRIC_NAMES,
  RELAY_STACK_ID,
  RelayStack,
  WebhookIntake,
} from 'marketo-relay';
import { type FakeMarketoOptions, startFakeMarketo } from 'marketo-relay/fake-marketo';

import schema = require('marketo-relay/message.schema.json');

import { createPublisher, requests, type SqsSender, validate } from 'marketo-relay/publisher';

/** What a subscriber to the alarms of a relay of their own would write. */
function synthesize(outdir: string): void {
  const app = new App({ outdir });
  const { relay } = new RelayStack(app, RELAY_STACK_ID, { marketoBaseUrl: 'https://123-ABC-456.mktorest.com' });
  const other = new Stack(app, 'Other');
  const props: MarketoRelayProps = { marketoBaseUrl: 'https://789-DEF-012.mktorest.com', rateLimitCalls: 20 };
  const second = new MarketoRelay(other, 'Relay', props);
  new WebhookIntake(other, 'Webhook', { queue: second.queue, authentication: 'iam' }).url.toString();
  relay.metricDeadLetters();
  second.metric(METRIC_NAMES.calls).with({ statistic: 'Sum' });
  app.synth();
  try {
    const broken = { marketoBaseUrl: 'https://456-GHI-345.mktorest.com', rateLimitCalls: 0 };
    new MarketoRelay(other, 'Broken', broken);
    throw new Error('a bad prop was accepted');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    if (!/rateLimitCalls/.test(error.message)) throw error;
  }
}

async function publish(): Promise<void> {
  const sent: string[] = [];
  const client: SqsSender = {
    async send({ input }) {
      sent.push(...(input.Entries ?? []).map(({ MessageBody = '' }) => MessageBody));
      return {
        $metadata: {},
        Successful: (input.Entries ?? []).map(({ Id }) => ({ Id, MessageId: 'm', MD5OfMessageBody: '' })),
        Failed: [],
      };
    },
  };
  const publisher = createPublisher({ queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay', client });
  const results = await publisher.publish([
    requests.syncLeads({
      body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'ann@example.com' }] },
    }),
    { path: 'rest/v1/leads.json', body: {} },
  ]);
  const kinds = results.map((result) => result.kind).join();
  if (kinds !== 'accepted,invalid' || sent.length !== 1) throw new Error(`published ${kinds}`);
  // @ts-expect-error: no such action
  requests.syncLeads({ body: { action: 'upsert', input: [] } });
  createPublisher({
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay',
    client: new SQSClient({ region: 'us-east-1' }),
  });
  if (validate({ path: '/rest/v1/leads/describe.json' }).ok !== true) throw new Error('a sound message was refused');
}

async function askFake(): Promise<void> {
  const options: FakeMarketoOptions = { rateLimitCalls: 5 };
  const marketo = await startFakeMarketo(options);
  const { url, clientId, clientSecret } = marketo;
  const query = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const identity = await fetch(`${url}/identity/oauth/token?${query}`);
  const { access_token: token } = (await identity.json()) as { access_token: string };
  const reply = await fetch(`${url}/rest/v1/leads/describe.json`, { headers: { Authorization: `Bearer ${token}` } });
  if (((await reply.json()) as { success: boolean }).success !== true) throw new Error('the fake does not answer');
  await marketo.stop();
}

synthesize('cdk.out.cjs');
if (schema.title !== 'marketo-relay message') throw new Error('another schema');
void publish().then(askFake);
