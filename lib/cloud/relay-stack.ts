import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { baseUrlPattern } from '../settings/base-url.ts';
import { readSecretId } from '../settings/secret-id.ts';
import { alarmTopics } from './alarm-topics.ts';
import { ConfigurationError } from './configuration-error.ts';
import { existingSecret } from './existing-secret.ts';
import { MarketoRelay } from './marketo-relay.ts';
import type { MarketoRelayProps } from './relay-props.ts';
import { resultsOf } from './results.ts';
import { requireSameRegion } from './same-region.ts';
import { addWebhook, strayWebhookProps, type WebhookStackProps } from './webhook/stack-webhook.ts';
import type { WebhookIntake } from './webhook/webhook-intake.ts';

/** Construct id of the stack in `bin/app.mts`, and so the name of its files in `cdk.out`. */
const RELAY_STACK_ID = 'MarketoRelay';

/** What a stack is given in another form. */
type OfTheStack = 'alarmActions' | 'fileBuckets' | 'warningActions' | 'marketoBaseUrl' | 'secret' | 'results';

interface RelayStackProps extends StackProps, Omit<MarketoRelayProps, OfTheStack>, WebhookStackProps {
  /**
   * Address of the subscription: `https://123-ABC-456.mktorest.com`.
   *
   * @default - the CloudFormation parameter `MarketoBaseUrl`, which has no default: the stack can be synthesized
   * without an address; a deployment without one is refused, and does not ask for it
   */
  readonly marketoBaseUrl?: string;

  /**
   * An existing secret of the same region: its name, its ARN, or its ARN without the six characters at the end. A secret of
   * another account needs the whole ARN, and a policy there that lets the function in.
   *
   * @default - a new secret for the operator to fill in
   */
  readonly secretName?: string;

  /**
   * ARN of the customer-managed KMS key that the existing secret is encrypted with.
   *
   * @default - none: a key that AWS manages
   */
  readonly secretKeyArn?: string;

  /**
   * ARN of a key of the same region for all that holds data: `encryptionKey` in another form. Its policy must let CloudWatch Logs in.
   *
   * @default - none: keys that AWS owns or manages
   */
  readonly encryptionKeyArn?: string;

  /**
   * Where it is told what became of each message: `queue` or `bus` for a new one, or the ARN of one that exists.
   *
   * @default - nowhere: reads are refused
   */
  readonly results?: string;

  /**
   * Names of buckets whose objects messages may name as the `file` of an import.
   *
   * @default - none but the relay's own bucket
   */
  readonly fileBuckets?: string | readonly string[];

  /**
   * SNS topics of the same region that are told of alarms.
   *
   * @default - none; without {@link alarmEmail} either, synthesis warns that nobody would be told
   */
  readonly alarmTopicArn?: string | readonly string[];

  /**
   * Mail addresses that are told of alarms, once each has confirmed what SNS asks it.
   *
   * @default - none
   */
  readonly alarmEmail?: string | readonly string[];

  /**
   * SNS topics, and mail addresses, that are told of the alarms that can wait for some hours.
   *
   * @default - those that are told of the others
   */
  readonly warningTopicArn?: string | readonly string[];
  readonly warningEmail?: string | readonly string[];
}

/** One relay as a stack of its own. */
class RelayStack extends Stack {
  readonly relay: MarketoRelay;
  /** Where the prop of this name asks for it. */
  readonly webhook: WebhookIntake | undefined;

  constructor(scope: Construct, id: string, props: RelayStackProps = {}) {
    super(scope, id, {
      description: 'Delivers Marketo REST requests from a queue, inside the limits of Marketo',
      ...props,
    });
    const { marketoBaseUrl, secretName, secretKeyArn, encryptionKeyArn, results, ...others } = props;
    const { alarmTopicArn, alarmEmail, warningTopicArn, warningEmail, fileBuckets, ...relayProps } = others;
    const problems = [...strayWebhookProps(props)];
    const secret = this.#secret(secretName, secretKeyArn, problems);
    const encryptionKey = this.#encryptionKey(props, problems);
    const pages = {
      id: 'AlarmTopic',
      arnsName: 'alarmTopicArn',
      topicArns: list(alarmTopicArn),
      emails: list(alarmEmail),
    };
    const alarmActions = alarmTopics(this, pages, problems);
    const warns = {
      id: 'WarningTopic',
      arnsName: 'warningTopicArn',
      topicArns: list(warningTopicArn),
      emails: list(warningEmail),
    };
    const warningActions = alarmTopics(this, warns, problems);
    if (problems.length > 0) throw new ConfigurationError('The stack cannot be built', problems);
    const baseUrl = marketoBaseUrl ?? this.#baseUrlParameter(props.allowOtherHosts ?? false);
    this.relay = new MarketoRelay(this, 'Relay', {
      ...relayProps,
      marketoBaseUrl: baseUrl,
      fileBuckets: list(fileBuckets).map((name, index) => Bucket.fromBucketName(this, `FileBucket${index + 1}`, name)),
      alarmActions,
      ...(warningActions.length === 0 ? {} : { warningActions }),
      ...(secret === undefined ? {} : { secret }),
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(results === undefined ? {} : { results: resultsOf(this, results) }),
    });
    this.#output('QueueUrl', this.relay.queue.queueUrl, 'Publish Marketo requests here');
    const { backfillQueue, backfillMappingId } = this.relay;
    if (backfillQueue) this.#output('BackfillQueueUrl', backfillQueue.queueUrl, 'Publish here what can wait');
    this.#output('DeadLetterQueueUrl', this.relay.deadLetterQueue.queueUrl, 'What could not be delivered, and why');
    this.#output('SecretName', this.relay.secret.secretName, 'Put {"clientId":"...","clientSecret":"..."} here');
    this.#output('LedgerTableName', this.relay.table.tableName, 'Permits in use, calls of today, the circuit');
    this.#output(
      'DeliveryFunctionName',
      this.relay.deliveryFunction.functionName,
      'Delivers; its log tells of each call',
    );
    this.#output('OverflowBucketName', this.relay.overflowBucket.bucketName, 'Dead letters too big for a queue');
    const { resultsQueue, resultsBus } = this.relay;
    if (resultsQueue) this.#output('ResultsQueueUrl', resultsQueue.queueUrl, 'What became of each message');
    if (resultsBus) this.#output('ResultsBusName', resultsBus.eventBusName, 'What became of each message');
    this.#journalOutputs();
    this.#output('EventSourceMappingId', this.relay.eventSourceMappingId, 'Disabled, the relay is paused');
    if (backfillMappingId) {
      this.#output('BackfillEventSourceMappingId', backfillMappingId, 'Disabled, the backfill is paused');
    }
    // The parameter has taken the name already: an output of this name needs an id of another.
    const output = new CfnOutput(this, 'BaseUrl', { value: baseUrl, description: 'The subscription that is served' });
    output.overrideLogicalId('MarketoBaseUrl');
    this.webhook = addWebhook(this, this.relay.queue, {
      ...props,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
  }

  #journalOutputs(): void {
    const { journal } = this.relay;
    if (journal === undefined) return;
    this.#output('JournalBucketName', journal.bucket.bucketName, 'What became of each record');
    this.#output('JournalSaltName', journal.salt.secretName, 'The salt of the key hashes in the journal');
    this.#output('JournalDatabaseName', journal.databaseName, 'Has the table journal');
    this.#output('JournalWorkGroupName', journal.workGroupName, 'Where Athena asks the journal');
  }

  #baseUrlParameter(allowOtherHosts: boolean): string {
    const parameter = new CfnParameter(this, 'MarketoBaseUrl', {
      description: 'Address of the Marketo subscription, such as https://123-ABC-456.mktorest.com',
      allowedPattern: baseUrlPattern(allowOtherHosts),
      constraintDescription:
        `must be an https address ${allowOtherHosts ? '' : 'below mktorest.com '}without a path, ` +
        'such as https://123-ABC-456.mktorest.com',
    });
    return parameter.valueAsString;
  }

  #secret(text: string | undefined, keyArn: string | undefined, problems: string[]): ISecret | undefined {
    if (text === undefined) {
      if (keyArn !== undefined) problems.push('secretKeyArn is the key of an existing secret: give its secretName too');
      return undefined;
    }
    const secretId = readSecretId(text);
    if (!secretId.ok) {
      problems.push(`secretName ${secretId.problem}`);
      return undefined;
    }
    if (secretId.value.kind !== 'name') this.#requireOwnRegion('secretName', secretId.value.arn, problems);
    if (keyArn !== undefined) this.#requireOwnRegion('secretKeyArn', keyArn, problems);
    return existingSecret(this, 'ExistingCredentials', secretId.value, keyArn);
  }

  #encryptionKey({ encryptionKey, encryptionKeyArn }: RelayStackProps, problems: string[]): IKey | undefined {
    if (encryptionKeyArn === undefined) return encryptionKey;
    if (encryptionKey !== undefined) problems.push('encryptionKeyArn is given beside encryptionKey: give one of them');
    this.#requireOwnRegion('encryptionKeyArn', encryptionKeyArn, problems);
    return Key.fromKeyArn(this, 'EncryptionKey', encryptionKeyArn);
  }

  #requireOwnRegion(name: string, arn: string, problems: string[]): void {
    const problem = requireSameRegion(this, name, arn);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

function list(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : given;
}

export type { RelayStackProps };
export { RELAY_STACK_ID, RelayStack };
