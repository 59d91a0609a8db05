import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { LogLevel } from '../../settings/parse.ts';
import type { WebhookForm } from '../../webhook/form.ts';

const WEBHOOK_AUTHENTICATIONS = ['iam', 'apiKey', 'signature'] as const;

/**
 * - `iam`: requests are signed with AWS credentials (SigV4), of whom `grantPost` lets in.
 * - `apiKey`: requests carry a key in `x-api-key`, which API Gateway has made and knows.
 * - `signature`: requests are signed as Standard Webhooks says, an HMAC over id, time and body. A function checks it.
 */
type WebhookAuthentication = (typeof WEBHOOK_AUTHENTICATIONS)[number];

interface WebhookIntakeProps {
  /** Where what is posted goes: `relay.queue`. */
  readonly queue: IQueue;

  /** How senders show who they are. */
  readonly authentication: WebhookAuthentication;

  /**
   * Which leads posted forms become: one address below `/forms/` each.
   *
   * @default - none: messages only
   */
  readonly forms?: readonly WebhookForm[];

  /**
   * Requests in a second that are let in on average; more are answered with 429. 1 to 10,000.
   *
   * @default 50
   */
  readonly requestsPerSecond?: number;

  /**
   * Requests that are let in at once, when there were few before. 1 to 5,000.
   *
   * @default - twice `requestsPerSecond`, 5,000 at most
   */
  readonly burst?: number;

  /**
   * With `signature`: what senders sign with, `{"secret":"whsec_..."}`, while it is rotated with the one before as
   * `previousSecret`. The function may read it.
   *
   * @default - a new secret with a random value
   */
  readonly secret?: ISecret;

  /**
   * Whether the role is made by which API Gateway writes logs. An account has one of them in a region: give false where
   * another stack has set it already.
   *
   * @default true
   */
  readonly accountLogRole?: boolean;

  /**
   * A key of one's own for the logs, and for the secret if it is a new one. CloudWatch Logs must be let in by its policy.
   *
   * @default - keys that AWS owns or manages
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether requests are traced in X-Ray.
   *
   * @default true
   */
  readonly tracing?: boolean;

  /** @default 'INFO' */
  readonly logLevel?: LogLevel;

  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of the secret and of the logs when the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

export type { WebhookAuthentication, WebhookIntakeProps };
export { WEBHOOK_AUTHENTICATIONS };
