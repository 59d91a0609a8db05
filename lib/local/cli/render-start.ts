import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from '../../emulators/aws.ts';
import type { LocalRelay } from '../relay.ts';
import type { RunFacts } from '../report/summary.ts';
import type { ServedRelay } from '../serve/server.ts';
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

/** Where everything listens, and what to copy to publish, look and redrive from another terminal. */
function renderEndpoints(
  relay: LocalRelay,
  served: Pick<ServedRelay, 'pageUrl' | 'webhookUrl' | 'isPaused'>,
  screen: Screen,
): string {
  const arn = (url: string): string =>
    `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${url.slice(url.lastIndexOf('/') + 1)}`;
  const paused = [
    '',
    screen.paint('yellow', 'It is paused, as it was left: `npm run relay -- resume --local` goes on.'),
  ];
  return `${[
    `${screen.paint('bold', 'Page')}  ${served.pageUrl}`,
    '  watch it, publish, mend dead letters and send them again, rehearse faults',
    '  or in another terminal: npm run relay -- status --local, npm run relay -- rehearse outage --for 10m --local',
    '  find any of them: npm run relay -- find ADDRESS --local (or a relay id, or a Marketo id)',
    ...(served.isPaused ? paused : []),
    '',
    screen.paint('bold', 'Endpoints'),
    `  SQS and S3        ${relay.endpoints.sqs}  (bucket ${relay.bucketName})`,
    `  DynamoDB          ${relay.endpoints.dynamodb}  (table ${relay.tableName})`,
    `  Secrets Manager   ${relay.endpoints.secretsManager}`,
    `  Marketo           ${relay.marketoUrl}`,
    `  Webhooks          ${served.webhookUrl}messages, .../forms/NAME  (docs/webhook.md)`,
    '',
    screen.paint('bold', 'For the AWS CLI, to copy'),
    '  unset AWS_PROFILE AWS_SESSION_TOKEN',
    `  export AWS_ACCESS_KEY_ID=${LOCAL_CREDENTIALS.accessKeyId} AWS_SECRET_ACCESS_KEY=${LOCAL_CREDENTIALS.secretAccessKey} AWS_REGION=${LOCAL_REGION}`,
    `  export AWS_ENDPOINT_URL_SQS=${relay.endpoints.sqs} AWS_ENDPOINT_URL_S3=${relay.endpoints.s3}`,
    `  export AWS_ENDPOINT_URL_DYNAMODB=${relay.endpoints.dynamodb} AWS_ENDPOINT_URL_SECRETS_MANAGER=${relay.endpoints.secretsManager}`,
    `  export QUEUE_URL=${relay.queueUrl}`,
    `  export DEAD_LETTER_QUEUE_URL=${relay.deadLetterQueueUrl}`,
    `  export RESULTS_QUEUE_URL=${relay.resultsQueueUrl}`,
    '',
    screen.paint('bold', 'Publish a message'),
    `  aws sqs send-message --queue-url "$QUEUE_URL" --message-body '${EXAMPLE_BODY}'`,
    '',
    screen.paint('bold', 'Look at a dead letter; put all of them back, as the console does'),
    '  aws sqs receive-message --queue-url "$DEAD_LETTER_QUEUE_URL" --visibility-timeout 0',
    `  aws sqs start-message-move-task --source-arn ${arn(relay.deadLetterQueueUrl)} \\`,
    `    --destination-arn ${arn(relay.queueUrl)}`,
    '',
    'Ctrl-C ends it with a summary.',
  ].join('\n')}\n\n`;
}

export { renderEndpoints, renderStart };
