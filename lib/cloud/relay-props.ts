import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IsolationUnit, LogLevel, OrderScope } from '../settings/parse.ts';
import type { AlarmTarget } from './alarms/alarm-settings.ts';
import type { FieldProps } from './field-props.ts';
import type { BackfillProps, GatherProps, LimitProps } from './limit-props.ts';
import type { NetworkProps } from './network.ts';
import type { ResultsTarget } from './results.ts';

interface MarketoRelayProps extends BackfillProps, FieldProps, GatherProps, LimitProps, NetworkProps {
  /** Address of the subscription, https: `https://123-ABC-456.mktorest.com`. */
  readonly marketoBaseUrl: string;

  /**
   * Whether `marketoBaseUrl` may lie outside `*.mktorest.com`, for a proxy of one's own. The credentials of the API user are
   * posted there.
   *
   * @default false
   */
  readonly allowOtherHosts?: boolean;

  /**
   * What is told apart when Marketo fails a whole call because of its data: `record` delivers the other records of a message,
   * where Marketo answers record by record and may be asked again; `message` rejects a message whole, as Marketo does.
   *
   * @default 'record'
   */
  readonly isolate?: IsolationUnit;

  /**
   * What keeps its order of publication when some of it is retried: with `key`, messages that have a key (an address, an id) in
   * common; with `none`, a retry may come after newer messages and write old values over theirs.
   *
   * @default 'key'
   */
  readonly order?: OrderScope;

  /**
   * The credentials of the API user: `{"clientId":"...","clientSecret":"..."}`. The function may read it, and decrypt with its
   * `encryptionKey` where it has one of its own.
   *
   * @default - a new secret with both members empty, for the operator to fill in
   */
  readonly secret?: ISecret;

  /**
   * A standard queue that exists, instead of a new one. Its settings stay its own. What synthesis can see of them is checked: all of
   * a queue of the same app; of one that is known by its ARN, region and kind, while a warning names the values that it needs.
   *
   * @default - a new queue
   */
  readonly queue?: IQueue;

  /**
   * A standard queue that exists, for what could not be delivered. It keeps messages for 14 days, or letters are lost.
   *
   * @default - the dead-letter queue of {@link queue} where that is one of the same app, else a new one
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Where it is told what became of each message: a new queue, a new EventBridge bus, or one that exists. Reads need it:
   * their replies come back there.
   *
   * @default - nowhere
   */
  readonly results?: ResultsTarget;

  /**
   * Buckets whose objects messages may name as the `file` of an import, beside the relay's own: the delivery function may read them.
   * A bucket of another account has to let it in too.
   *
   * @default - none but the relay's own bucket
   */
  readonly fileBuckets?: readonly IBucket[];

  /**
   * A key of one's own for all that holds data: queues, table, bucket, logs, and the secret if it is a new one. Of a key of the same
   * app the policy is extended for CloudWatch Logs; of one that was made elsewhere a warning names what it must allow. Whoever
   * publishes by way of an AWS service (SNS, EventBridge) must be let in there too.
   *
   * @default - keys that AWS owns or manages
   */
  readonly encryptionKey?: IKey;

  /**
   * Most copies of the function that take messages from the queue at once, 2 to 1,000 (Lambda allows no less than 2).
   * More than `maxConcurrentCalls` only adds workers that wait.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Deliveries of one message to the function before SQS itself takes it for dead, 10 to 1,000. The relay settles every
   * message it can read, so this is for messages whose workers died. AWS advises 5 or more; the relay needs 10, since it
   * writes a dead letter of its own at the ninth delivery. A {@link queue} that was given has its own.
   *
   * @default 60: some seven hours of deliveries to a function that does not start
   */
  readonly maxReceiveCount?: number;

  /**
   * Memory of the function in MiB, which also sets its share of a processor, 256 to 10,240. A batch of 6 MB is held
   * several times over while its calls are made.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Age of a message at which an alarm goes off, counted from when it was first seen, whatever retry messages there were.
   * 300 to 1,209,600. Below the time for which a message is hidden (some seven minutes, and `gatherSeconds`), one worker that dies
   * sets it off.
   *
   * @default 3600: an hour
   */
  readonly oldestMessageAlarmSeconds?: number;

  /**
   * Topics of the stack's region, which are told when an alarm goes off and when it ends, and actions such as `SsmIncidentAction`,
   * which are taken when it goes off: for those that somebody must act on at once, and for the others too unless
   * {@link warningActions} are given.
   *
   * @default - none; the alarms show in CloudWatch only, and synthesis warns that nobody would be told
   */
  readonly alarmActions?: readonly AlarmTarget[];

  /**
   * Topics and actions of the alarms that can wait for some hours. An empty list tells nobody.
   *
   * @default - {@link alarmActions}
   */
  readonly warningActions?: readonly AlarmTarget[];

  /**
   * Where `docs/runbook.md` is read: the text of each alarm ends with its section there.
   *
   * @default 'docs/runbook.md': its path in the repository
   */
  readonly runbookUrl?: string;

  /**
   * The least level that is logged. Dead letters are logged at `ERROR`, so that none of these leaves them out.
   *
   * @default 'INFO'
   */
  readonly logLevel?: LogLevel;

  /**
   * Which operations may be made, by their names in the endpoint table: `*` at the end of one stands for any ending, `!` before one
   * refuses it. Others become dead letters (`operationNotAllowed`) before a call is spent. A role in Marketo that may update people may
   * delete and merge them too, and neither can be undone: where nobody has to, `['*', '!delete*', '!merge*']` keeps it from happening.
   *
   * @default ['*']
   */
  readonly allowedOperations?: readonly string[];

  /**
   * Whether the log line of a dead letter holds what was sent and answered, which is personal data as a rule. Without, sizes and hashes
   * stand in their places, and the letter on the dead-letter queue is the only place that has them.
   *
   * @default true
   */
  readonly logBodies?: boolean;

  /**
   * Whether runs of the functions are traced in X-Ray. Traces hold how long a run and its cold start took, and neither requests
   * nor replies.
   *
   * @default true
   */
  readonly tracing?: boolean;

  /**
   * Further environment variables of the delivery function, such as `NODE_EXTRA_CA_CERTS` for a proxy. Not for secrets: whoever may
   * look at the function sees them. Names that the relay sets itself are refused.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * Whether what becomes of each record is kept in a bucket of its own, with a table for Athena (docs/journal.md).
   *
   * @default true
   */
  readonly journal?: boolean;

  /**
   * How many days an outcome is kept, 1 to 3,650.
   *
   * @default 90
   */
  readonly journalDays?: number;

  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of everything that holds data (queues, table, bucket, secret, logs) when the stack is deleted. With
   * `RemovalPolicy.DESTROY` the bucket is emptied first, by a Lambda function of CDK's that the stack has for nothing else.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: kept, except by a first deployment that fails
   */
  readonly removalPolicy?: RemovalPolicy;
}

export type { MarketoRelayProps };
