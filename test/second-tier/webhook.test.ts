import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formTemplate, messageTemplate } from '../../lib/cloud/webhook/templates.ts';
import { renderTemplate } from '../cloud/webhook/mapping-template.ts';
import { ODD_FORM, ODD_FORM_BODIES, ODD_TEXTS } from '../cloud/webhook/posts.ts';
import * as elasticMq from './elasticmq.ts';
import type { JavaServer } from './java-server.ts';
import { absence, renderByVelocity } from './velocity.ts';

const cases = [
  ...ODD_TEXTS.map((body) => ({ template: messageTemplate(), body })),
  ...ODD_FORM_BODIES.map((body) => ({ template: formTemplate(ODD_FORM), body })),
];

describe('the mapping templates in Apache Velocity, with the functions of commons-lang and java.net', () => {
  const reason = absence();
  if (reason !== undefined) {
    it.skip(reason, () => undefined);
    return;
  }

  it('come to the very bytes that they come to in the engine of the other tests', () => {
    const rendered = renderByVelocity(cases);
    expect(rendered).toEqual(cases.map(({ template, body }) => renderTemplate(template, body).text));
  });
});

describe('what the mapping templates come to, sent to ElasticMQ', () => {
  const reason = elasticMq.absence();
  if (reason !== undefined) {
    it.skip(reason, () => undefined);
    return;
  }
  let server: JavaServer;
  let client: SQSClient;
  let queueUrl: string;
  beforeAll(async () => {
    server = await elasticMq.startElasticMq();
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    client = new SQSClient({ endpoint: server.url, region: 'us-east-1', credentials });
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'webhook' }));
    queueUrl = QueueUrl;
  });
  afterAll(async () => {
    client?.destroy();
    await server?.stop();
  });

  it.each(ODD_TEXTS.filter((text) => text !== '').map((text) => [text.slice(0, 60), text]))(
    'is the message %j, byte for byte',
    async (_, text) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const reply = await fetch(queueUrl, {
        method: 'POST',
        headers,
        body: renderTemplate(messageTemplate(), text).text,
      });
      expect(reply.status).toBe(200);
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 1 }));
      expect(Messages?.[0]?.Body).toBe(text);
    },
  );
});
