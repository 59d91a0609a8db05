import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { WebhookForm } from '../../webhook/form.ts';
import { WebhookIntake } from './webhook-intake.ts';
import { WEBHOOK_AUTHENTICATIONS, type WebhookAuthentication, type WebhookIntakeProps } from './webhook-props.ts';

/** The webhook intake of a relay that is a stack of its own. */
interface WebhookStackProps {
  /**
   * Whether there is an HTTP address for messages and forms, and how senders show who they are.
   *
   * @default - none
   */
  readonly webhook?: WebhookAuthentication;

  /**
   * Forms that are posted there, each with the lead that it becomes.
   *
   * @default - none
   */
  readonly webhookForms?: readonly WebhookForm[];

  /**
   * Requests in a second that it lets in, 1 to 10,000.
   *
   * @default 50
   */
  readonly webhookRequestsPerSecond?: number;
}

type Common = Pick<WebhookIntakeProps, 'encryptionKey' | 'logLevel' | 'logRetention' | 'removalPolicy' | 'tracing'>;

/** Adds the intake and its outputs, where one is asked for. */
function addWebhook(stack: Stack, queue: IQueue, props: WebhookStackProps & Common): WebhookIntake | undefined {
  const { webhook: authentication, webhookForms: forms, webhookRequestsPerSecond: requestsPerSecond } = props;
  if (authentication === undefined) return undefined;
  const { encryptionKey, logLevel, logRetention, removalPolicy, tracing } = props;
  const intake = new WebhookIntake(stack, 'Webhook', {
    queue,
    authentication,
    ...(forms === undefined ? {} : { forms }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(tracing === undefined ? {} : { tracing }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(logRetention === undefined ? {} : { logRetention }),
    ...(removalPolicy === undefined ? {} : { removalPolicy }),
  });
  const output = (id: string, value: string, description: string) => new CfnOutput(stack, id, { value, description });
  output('WebhookUrl', intake.url, 'POST messages to "messages" below it, and forms to "forms/NAME"');
  if (intake.secret !== undefined)
    output('WebhookSecretName', intake.secret.secretName, 'Holds what senders sign with');
  if (intake.apiKey !== undefined) output('WebhookApiKeyId', intake.apiKey.keyId, 'Id of the key that senders send');
  return intake;
}

function strayWebhookProps(props: WebhookStackProps): readonly string[] {
  if (props.webhook !== undefined) return [];
  const stray = (['webhookForms', 'webhookRequestsPerSecond'] as const).filter((name) => props[name] !== undefined);
  return stray.map(
    (name) => `${name} is for a webhook: give webhook too, one of ${WEBHOOK_AUTHENTICATIONS.join(', ')}`,
  );
}

export type { WebhookStackProps };
export { addWebhook, strayWebhookProps };
