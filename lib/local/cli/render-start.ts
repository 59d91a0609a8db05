import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../emulators/aws.ts';
import type { LocalRelay } from '../relay.ts';
import type { RunFacts } from '../report/summary.ts';
import { plural, type Screen } from './layout.ts';

/** What the run is about to do. */
function renderStart(
  run: RunFacts,
  source: { readonly path: string; readonly messages: number } | undefined,
  screen: Screen,
): string {
  const { kind, url } = run.marketo;
  const pace = `${run.rateLimitCalls} calls in any ${run.rateLimitWindowSeconds} s, ${run.maxConcurrentCalls} at a time`;
  const lines = [
    screen.paint('bold', 'marketo-relay on this machine'),
    `  Marketo   ${kind === 'fake' ? `a fake with seed ${run.seed} at ${url}` : url}`,
    `  Limits    ${pace}`,
  ];
  if (source !== undefined) lines.push(`  Messages  ${plural(source.messages, 'message')} from ${source.path}`);
  return `${lines.join('\n')}\n\n`;
}

const EXAMPLE_BODY = JSON.stringify({
  method: 'POST',
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'a@example.com', firstName: 'Ada' }] },
});

/** Where everything listens, and how to publish from another terminal. */
function renderEndpoints(relay: LocalRelay, screen: Screen): string {
  const aws = `AWS_ACCESS_KEY_ID=${LOCAL_CREDENTIALS.accessKeyId} AWS_SECRET_ACCESS_KEY=${LOCAL_CREDENTIALS.secretAccessKey} aws --region ${LOCAL_REGION}`;
  return `${[
    screen.paint('bold', 'Endpoints'),
    `  queue             ${relay.queueUrl}`,
    `  dead letters      ${relay.deadLetterQueueUrl}`,
    `  SQS and S3        ${relay.endpoints.sqs}  (bucket ${relay.bucketName})`,
    `  DynamoDB          ${relay.endpoints.dynamodb}  (table ${relay.tableName})`,
    `  Secrets Manager   ${relay.endpoints.secretsManager}`,
    `  Marketo           ${relay.marketoUrl}`,
    '',
    screen.paint('bold', 'Publish a message'),
    `  ${aws} sqs send-message \\`,
    `    --endpoint-url ${relay.endpoints.sqs} \\`,
    `    --queue-url ${relay.queueUrl} \\`,
    `    --message-body '${EXAMPLE_BODY}'`,
    '',
    screen.paint('bold', 'Look at a dead letter'),
    `  ${aws} sqs receive-message \\`,
    `    --endpoint-url ${relay.endpoints.sqs} \\`,
    `    --queue-url ${relay.deadLetterQueueUrl} --visibility-timeout 0`,
    '',
    'Ctrl-C ends it with a summary.',
  ].join('\n')}\n\n`;
}

export { renderEndpoints, renderStart };
