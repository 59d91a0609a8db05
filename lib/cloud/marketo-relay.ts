import { Stack, Token } from 'aws-cdk-lib';
import { Alarm, type Dashboard, type Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type AlarmTarget, isTopic } from './alarms/alarm-settings.ts';
import { ONE_MINUTE } from './alarms/create-alarm.ts';
import type { RelayAlarms } from './alarms/relay-alarms.ts';
import { createAlarms } from './alarms/relay-alarms.ts';
import { ConfigurationError } from './configuration-error.ts';
import { createDashboard, triageWidget } from './dashboard/create-dashboard.ts';
import { createDeliveryFunction } from './delivery-function.ts';
import { allowLogs } from './encryption.ts';
import { createGovernFunction } from './govern-function.ts';
import { createJournal, type RelayJournal } from './journal/create-journal.ts';
import { createLogQueries } from './log-queries.ts';
import { MeteredConstruct } from './metered-construct.ts';
import { createNetwork } from './network.ts';
import { requireOnlyRelay } from './only-relay.ts';
import { createQueues } from './queues.ts';
import { grantPublishBackfill, grantPutCredentials, grantReadDeadLetters, grantResend } from './relay-grants.ts';
import type { MarketoRelayProps } from './relay-props.ts';
import { resolveProps } from './resolve-props.ts';
import { createResults, grantConsumeResults } from './results.ts';
import { createLedgerTable, createOverflowBucket, createSecret } from './stores.ts';
import { createTriageFunction } from './triage-function.ts';

/** A value that may rise and fall within a period shows at its highest. */
const HIGHEST_OF_A_MINUTE = { statistic: 'Maximum', period: ONE_MINUTE };

/**
 * A relay for one Marketo subscription: publish requests to `queue`, find what could not be delivered in
 * `deadLetterQueue`. Two relays must not serve one subscription: each would use the whole of its limits.
 *
 * @example
 * const relay = new MarketoRelay(this, 'Relay', { marketoBaseUrl: 'https://123-ABC-456.mktorest.com' });
 * relay.grantPublish(signUpFunction);
 * signUpFunction.addEnvironment('RELAY_QUEUE_URL', relay.queue.queueUrl);
 */
class MarketoRelay extends MeteredConstruct {
  /** Takes one Marketo request a message. */
  readonly queue: IQueue;
  /** Takes what can wait, where the prop `backfill` asks for it. */
  readonly backfillQueue: IQueue | undefined;
  readonly deadLetterQueue: IQueue;
  /** The ledger: permits, the access token and send-once records. */
  readonly table: Table;
  /** Credentials of the API user. */
  readonly secret: ISecret;
  /** Dead letters too big for a queue. */
  readonly overflowBucket: Bucket;
  /** Where results go, if they go to a queue, and if to a bus. */
  readonly resultsQueue: IQueue | undefined;
  readonly resultsBus: IEventBus | undefined;
  readonly deliveryFunction: LambdaFunction;
  /** UUID of the mapping that feeds the delivery function: disabled, the relay is paused. */
  readonly eventSourceMappingId: string;
  /** Of the one that feeds it from {@link backfillQueue}. */
  readonly backfillMappingId: string | undefined;
  /** Looks after the relay every minute: gauges, usage, and a pause while nothing can be delivered. */
  readonly governFunction: LambdaFunction;
  /** Answers the triage widget of the dashboard. */
  readonly triageFunction: LambdaFunction;
  /** What became of each record: its bucket, the salt of its hashes, its table. Undefined where it is turned off. */
  readonly journal: RelayJournal | undefined;
  readonly alarms: RelayAlarms;
  readonly dashboard: Dashboard;

  /** @throws {ConfigurationError} that lists every bad prop with its value and what to give instead. */
  constructor(scope: Construct, id: string, props: MarketoRelayProps) {
    super(scope, id);
    requireOnlyRelay(this, props.marketoBaseUrl);
    const checked = resolveProps(props);
    const network = createNetwork(this, props);
    const resolved = { ...checked, ...(network === undefined ? {} : { network }) };
    if (resolved.encryptionKey !== undefined) allowLogs(this, resolved.encryptionKey);
    const page = props.alarmActions ?? [];
    const warn = props.warningActions ?? page;
    requireTopicsOfRegion(this, [...page, ...warn]);
    const { queue, backfillQueue, deadLetterQueue } = createQueues(this, resolved, props);
    this.queue = queue;
    this.backfillQueue = backfillQueue;
    this.deadLetterQueue = deadLetterQueue;
    this.table = createLedgerTable(this, resolved);
    this.secret = props.secret ?? createSecret(this, resolved);
    this.overflowBucket = createOverflowBucket(this, resolved);
    const { resultsQueue, resultsBus } = createResults(this, props.results, resolved);
    this.resultsQueue = resultsQueue;
    this.resultsBus = resultsBus;
    const { deliveryFunction, eventSourceMappingId, backfillMappingId } = createDeliveryFunction(this, this, resolved);
    this.deliveryFunction = deliveryFunction;
    this.eventSourceMappingId = eventSourceMappingId;
    this.backfillMappingId = backfillMappingId;
    this.governFunction = createGovernFunction(this, this, resolved);
    this.journal = createJournal(this, deliveryFunction, resolved);

    this.triageFunction = createTriageFunction(this, this, resolved);
    createLogQueries(this, { delivery: this.deliveryFunction.logGroup, govern: this.governFunction.logGroup });
    this.alarms = createAlarms(this, this, resolved, { targets: { page, warn }, runbookUrl: props.runbookUrl });
    this.dashboard = createDashboard(this, {
      queue,
      backfillQueue,
      deadLetterQueue,
      table: this.table,
      journalBucket: this.journal?.bucket,
      functions: [this.deliveryFunction, this.governFunction, this.triageFunction],
      alarms: this.node.children.filter((child) => child instanceof Alarm),
      widgets: [triageWidget(this.triageFunction)],
    });
  }

  /** Lets `grantee` publish messages, and nothing else. */
  grantPublish(grantee: IGrantable): Grant {
    return this.queue.grantSendMessages(grantee);
  }

  /**
   * Lets `grantee` publish messages that can wait.
   *
   * @throws {ConfigurationError} where there is no backfill queue.
   */
  grantPublishBackfill(grantee: IGrantable): Grant {
    return grantPublishBackfill(this, grantee);
  }

  /** Lets `grantee` read the dead letters, those in the overflow bucket too, and neither send nor delete any. */
  grantReadDeadLetters(grantee: IGrantable): Grant {
    return grantReadDeadLetters(this, grantee);
  }

  /** Lets `grantee` read the dead letters, put them back on the queue that they came from, and delete them. */
  grantResend(grantee: IGrantable): Grant {
    return grantResend(this, grantee);
  }

  /**
   * Lets `grantee` take results off their queue.
   *
   * @throws {ConfigurationError} where results go to no queue.
   */
  grantConsumeResults(grantee: IGrantable): Grant {
    return grantConsumeResults(this, grantee);
  }

  /** Lets `grantee` replace the credentials, and not read them: for a rotation, or a pipeline that knows them. */
  grantPutCredentials(grantee: IGrantable): Grant {
    return grantPutCredentials(this, grantee);
  }

  /** Messages ready for delivery: the highest number in a minute. Those that wait out a delay are not among them. */
  metricMessagesWaiting(options?: MetricOptions): Metric {
    return this.queue.metricApproximateNumberOfMessagesVisible({ ...HIGHEST_OF_A_MINUTE, ...options });
  }

  /**
   * Seconds since the oldest message came to the queue. A retry message begins anew: `metricMessageAgeSeconds` counts from
   * when a message was first seen.
   */
  metricOldestMessageAge(options?: MetricOptions): Metric {
    return this.queue.metricApproximateAgeOfOldestMessage({ ...HIGHEST_OF_A_MINUTE, ...options });
  }

  /** Runs of the delivery function that ended in an error: a bad setting, a table that cannot be reached, a timeout. */
  metricDeliveryErrors(options?: MetricOptions): Metric {
    return this.deliveryFunction.metricErrors({ period: ONE_MINUTE, ...options });
  }
}

/** CloudWatch tells no topic of another region, and CloudFormation says so only after it has made everything else. */
function requireTopicsOfRegion(relay: Construct, targets: readonly AlarmTarget[]): void {
  const { region } = Stack.of(relay);
  const isElsewhere = (topic: ITopic) =>
    topic.env.region !== region && !Token.isUnresolved(region) && !Token.isUnresolved(topic.env.region);
  const problems = targets
    .filter(isTopic)
    .filter(isElsewhere)
    .map(
      (topic) =>
        `alarmActions has a topic in ${topic.env.region}, and the stack is in ${region}: give one of ${region}`,
    );
  if (problems.length > 0) throw new ConfigurationError('The relay cannot be built', problems);
}

export type { MarketoRelayProps };
export { MarketoRelay };
