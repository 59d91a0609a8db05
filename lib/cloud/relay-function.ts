import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { functionCode } from './bundle.ts';
import { instrumentEnvironment } from './environment.ts';
import { grantNetworkInterfaces } from './network.ts';
import type { ResolvedProps } from './resolve-props.ts';

/** What all functions of a relay have in common. */
type FunctionSettings = Pick<
  ResolvedProps,
  'logLevel' | 'logRetention' | 'removalPolicy' | 'tracing' | 'encryptionKey' | 'network'
>;

/** What tells one function of the relay from another; all else they share. */
interface RelayFunctionProps {
  /** Construct id of the function; its log group and role are `${id}Logs` and `${id}Role`. */
  readonly id: string;
  /** File in `functions/` that exports `handler`. */
  readonly entryFile: string;
  readonly description: string;
  readonly memorySize: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** @default - Lambda's own: a loop of sixteen rounds is ended */
  readonly recursiveLoop?: RecursiveLoop;
}

/**
 * A function of the relay, with a role that may do nothing yet but write its log and its traces.
 *
 * @example
 * const governor = createRelayFunction(scope, resolved, {
 *   id: 'Govern', entryFile: 'govern.ts', description: 'Watches the relay',
 *   memorySize: 256, timeoutSeconds: 60, environment: { LEDGER_TABLE_NAME: table.tableName },
 * });
 * table.grantReadData(governor);
 */
function createRelayFunction(scope: Construct, relay: FunctionSettings, props: RelayFunctionProps): LambdaFunction {
  const { id, entryFile, description, memorySize, timeoutSeconds, environment, recursiveLoop } = props;
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: relay.logRetention,
    removalPolicy: relay.removalPolicy,
    ...(relay.encryptionKey === undefined ? {} : { encryptionKey: relay.encryptionKey }),
  });
  // A role of its own making: Lambda's managed policy lets a function write to every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  if (relay.network !== undefined) grantNetworkInterfaces(role);
  if (relay.network !== undefined || relay.tracing) {
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray has no resources, and network interfaces have none before they are made; nothing else is allowed on everything.',
    });
  }
  const relayFunction = new LambdaFunction(scope, id, {
    description,
    code: functionCode(entryFile),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize,
    timeout: Duration.seconds(timeoutSeconds),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: lambdaLogLevel(relay),
    tracing: relay.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
    ...relay.network,
    ...(recursiveLoop === undefined ? {} : { recursiveLoop }),
    environment: { ...environment, ...instrumentEnvironment(scope, relay) },
  });
  acknowledge(relayFunction, {
    'Serverless-LambdaDLQ':
      'What it takes from the queue stays there until it is settled; whoever calls it otherwise calls again or sees the error.',
    ...(relay.tracing ? {} : { 'Serverless-LambdaTracing': 'Tracing was turned off by the prop of that name.' }),
  });
  return relayFunction;
}

/**
 * Lambda has a filter of its own, and takes a line without a level for INFO (Lambda: advanced logging controls). Metrics
 * are such lines: at WARN they would be dropped, and no alarm would ever rise. So Lambda's filter never goes above INFO,
 * and the logger alone leaves out what is below the chosen level.
 */
function lambdaLogLevel({ logLevel }: FunctionSettings): ApplicationLogLevel {
  return logLevel === 'DEBUG' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO;
}

export type { RelayFunctionProps };
export { createRelayFunction };
