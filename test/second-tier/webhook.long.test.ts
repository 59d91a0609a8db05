import { readFileSync } from 'node:fs';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageModel } from '../../lib/cloud/webhook/message-model.ts';
import { formTemplate, messageTemplate } from '../../lib/cloud/webhook/templates.ts';
import { renderTemplate } from '../cloud/webhook/mapping-template.ts';
import { ODD_FORM, ODD_FORM_BODIES, ODD_TEXTS } from '../cloud/webhook/posts.ts';
import * as elasticMq from './elasticmq.ts';
import { absenceOf, DRAFT_4, judgeByDraft4, renderByVelocity, VELOCITY } from './java-program.ts';
import type { JavaServer } from './java-server.ts';

const cases = [
  ...ODD_TEXTS.map((body) => ({ template: messageTemplate(), body })),
  ...ODD_FORM_BODIES.map((body) => ({ template: formTemplate(ODD_FORM), body })),
];

describe('the mapping templates in Apache Velocity, with the functions of commons-lang and java.net', () => {
  const reason = absenceOf(VELOCITY);
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

describe('the model of a message, in the validator in whose words API Gateway refuses', () => {
  const reason = absenceOf(DRAFT_4);
  if (reason !== undefined) {
    it.skip(reason, () => undefined);
    return;
  }
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const path = '/rest/v1/leads.json';

  it('judges every example as the JSON Schema of a message does', () => {
    const examples = read('examples/messages.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse(read('message.schema.json')),
    );

    const judged = judgeByDraft4(messageModel(), examples).map((verdict) => verdict === 'valid');
    expect(judged).toEqual(examples.map((example) => isValid(example)));
    expect(judged.filter(Boolean).length).toBeGreaterThan(200);
  });

  const REFUSED: readonly (readonly [message: object, words: RegExp])[] = [
    [{ url: path }, /not allowed by the schema: \["url"\].*missing required properties \(\["path"\]\)/],
    [{ path, body: '{}' }, /instance type \(string\) does not match/],
    [{ path, body: {}, form: {} }, /failed to match all required schemas/],
    [{ method: 'GET', path, body: {} }, /failed to match all required schemas/],
    [{ path, query: { a: [] } }, /failed to match at least one/],
    [{ path: 'rest/v1/leads.json' }, /does not match input string "rest\/v1\/leads\.json"/],
  ];

  it('says what is wrong', () => {
    const said = judgeByDraft4(
      messageModel(),
      REFUSED.map(([message]) => message),
    );
    expect(said).toEqual(REFUSED.map(([, words]) => expect.stringMatching(words)));
  });
});
