import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { MarketoRelay } from './marketo-relay.ts';
import type { MarketoRelayProps } from './relay-props.ts';

/** Construct id of the stack in `bin/app.mts`, and so the name of its files in `cdk.out`. */
const RELAY_STACK_ID = 'MarketoRelay';

interface RelayStackProps extends StackProps, Omit<MarketoRelayProps, 'alarmActions' | 'marketoBaseUrl' | 'secret'> {
  /**
   * Address of the subscription: `https://123-ABC-456.mktorest.com`.
   *
   * @default - the CloudFormation parameter `MarketoBaseUrl`, which has no default: the stack can be synthesized
   * without an address, and cannot be deployed without one
   */
  readonly marketoBaseUrl?: string;

  /**
   * Name of an existing secret in the same account and region.
   *
   * @default - a new secret for the operator to fill in
   */
  readonly secretName?: string;

  /**
   * SNS topic that is told of alarms.
   *
   * @default - none
   */
  readonly alarmTopicArn?: string;
}

/** One relay as a stack of its own. */
class RelayStack extends Stack {
  readonly relay: MarketoRelay;

  constructor(scope: Construct, id: string, props: RelayStackProps = {}) {
    super(scope, id, {
      description: 'Delivers Marketo REST requests from a queue, inside the limits of Marketo',
      ...props,
    });
    const { marketoBaseUrl, secretName, alarmTopicArn, ...relayProps } = props;
    const baseUrl = marketoBaseUrl ?? this.#baseUrlParameter();
    this.relay = new MarketoRelay(this, 'Relay', {
      ...relayProps,
      marketoBaseUrl: baseUrl,
      alarmActions: alarmTopicArn === undefined ? [] : [this.#topic(alarmTopicArn)],
      ...(secretName === undefined ? {} : { secret: this.#secret(secretName) }),
    });
    this.#output('QueueUrl', this.relay.queue.queueUrl, 'Publish Marketo requests here');
    this.#output('DeadLetterQueueUrl', this.relay.deadLetterQueue.queueUrl, 'What could not be delivered, and why');
    this.#output('SecretName', this.relay.secret.secretName, 'Put {"clientId":"...","clientSecret":"..."} here');
    this.#output('LedgerTableName', this.relay.table.tableName, 'Permits in use, calls of today, the circuit');
    this.#output(
      'DeliveryFunctionName',
      this.relay.deliveryFunction.functionName,
      'Delivers; its log tells of each call',
    );
    this.#commandLineOutputs(baseUrl);
  }

  /** What the command line needs beside the outputs for people. */
  #commandLineOutputs(baseUrl: string): void {
    const { deliveryFunction, overflowBucket } = this.relay;
    const mapping = deliveryFunction.node.children.find((child) => child instanceof EventSourceMapping);
    if (mapping === undefined) throw new Error('the delivery function has no event source mapping');
    this.#output('OverflowBucketName', overflowBucket.bucketName, 'Dead letters that are too large for a queue');
    this.#output('EventSourceMappingId', mapping.eventSourceMappingId, 'Disabled while the relay is paused');
    // The parameter has the construct id; sections of a template do not share their names.
    const output = new CfnOutput(this, 'BaseUrl', { value: baseUrl, description: 'The subscription that is served' });
    output.overrideLogicalId('MarketoBaseUrl');
  }

  #baseUrlParameter(): string {
    const parameter = new CfnParameter(this, 'MarketoBaseUrl', {
      description: 'Address of the Marketo subscription, such as https://123-ABC-456.mktorest.com',
      allowedPattern: '^https://[A-Za-z0-9.-]+(:[0-9]+)?(/rest)?/?$',
      constraintDescription: 'must be an https address without a path, such as https://123-ABC-456.mktorest.com',
    });
    return parameter.valueAsString;
  }

  #secret(name: string): ISecret {
    return Secret.fromSecretNameV2(this, 'ExistingCredentials', name);
  }

  #topic(arn: string): ITopic {
    return Topic.fromTopicArn(this, 'AlarmTopic', arn);
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

export type { RelayStackProps };
export { RELAY_STACK_ID, RelayStack };
