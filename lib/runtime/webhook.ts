import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { createSqsPublish } from '../aws/sqs-publish.ts';
import { createWebhookSecrets } from '../aws/webhook-secrets.ts';
import type { Log } from '../ports.ts';
import { SETTING_NAMES, WEBHOOK_NAMES } from '../settings/names.ts';
import { readForms, type WebhookForm } from '../webhook/form.ts';
import { type ReceiveDeps, receivePost } from '../webhook/receive.ts';
import { type Headers, readSecrets } from '../webhook/signature.ts';
import { type AwsClients, createAwsClients } from './clients.ts';
import { systemClock } from './delivery.ts';
import { createInvocationEnd } from './invocation-end.ts';

/** What the function reads of an event of API Gateway (REST API, Lambda proxy integration). */
type WebhookEvent = Pick<APIGatewayProxyEvent, 'path' | 'headers' | 'body' | 'isBase64Encoded'>;
type WebhookHandler = (
  event: WebhookEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyResult>;

interface WebhookSettings {
  readonly queueUrl: string;
  readonly secretId: string;
  readonly forms: readonly WebhookForm[];
}

function composeWebhook(
  settings: WebhookSettings,
  { sqs, secretsManager }: Pick<AwsClients, 'sqs' | 'secretsManager'>,
  log: Log,
): ReceiveDeps {
  const { nowMs } = systemClock;
  return {
    forms: settings.forms,
    signature: 'always',
    secrets: createWebhookSecrets({ client: secretsManager, secretId: settings.secretId, read: readSecrets, nowMs }),
    publish: createSqsPublish(sqs, settings.queueUrl),
    nowMs,
    log,
  };
}

/**
 * The handler of the webhook intake that checks signatures: API Gateway calls it for each request.
 *
 * @throws at once, naming every setting that is missing or malformed.
 */
function createWebhookHandler(
  env: Readonly<Record<string, string | undefined>>,
  { log }: { readonly log: Log },
): WebhookHandler {
  const settings = readWebhookSettings(env);
  const end = createInvocationEnd(systemClock.nowMs);
  const deps = composeWebhook(settings, createAwsClients({ leftMs: end.leftMs }), log);
  return async (event, context) => {
    end.set(systemClock.nowMs() + context.getRemainingTimeInMillis());
    const { status, headers, body } = await receivePost(postOf(event), deps);
    return { statusCode: status, headers: { ...headers }, body };
  };
}

/** Not `requestContext.path`, which has the stage in it. */
function postOf({ path, headers, body, isBase64Encoded }: WebhookEvent) {
  return {
    path,
    headers: lowerCased(headers ?? {}),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function lowerCased(headers: WebhookEvent['headers']): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function readWebhookSettings(env: Readonly<Record<string, string | undefined>>): WebhookSettings {
  const { queueUrl } = SETTING_NAMES;
  const { secretId, forms } = WEBHOOK_NAMES;
  const missing = [queueUrl, secretId].filter((name) => !env[name]);
  const read = readForms(parsed(env[forms] || '[]'));
  const problems = [
    ...missing.map((name) => `${name} is missing`),
    ...('problems' in read ? read.problems.map((problem) => `${forms} ${problem}`) : []),
  ];
  if (problems.length > 0)
    throw new Error(`The settings (environment variables) cannot be used: ${problems.join('; ')}`);
  return { queueUrl: env[queueUrl] ?? '', secretId: env[secretId] ?? '', forms: 'forms' in read ? read.forms : [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type { WebhookEvent, WebhookHandler };
export { createWebhookHandler };
