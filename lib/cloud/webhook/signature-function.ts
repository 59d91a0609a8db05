import { RemovalPolicy } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { SETTING_NAMES, WEBHOOK_NAMES } from '../../settings/names.ts';
import { WEBHOOK_TIMEOUT_SECONDS } from '../../settings/policy.ts';
import { SIGNATURE_HEADERS } from '../../webhook/signature.ts';
import { grantCredentials, grantSend } from '../grants.ts';
import { createRelayFunction } from '../relay-function.ts';
import type { WebhookIntakeProps } from './webhook-props.ts';

/** Construct id of the function, by which its bundle is found in `cdk.out`. */
const WEBHOOK_FUNCTION_ID = 'Signature';
const MEMORY_MIB = 512;

/** May read the secret and send messages, and nothing else. */
function createSignatureFunction(scope: Construct, props: WebhookIntakeProps, secret: ISecret): LambdaFunction {
  const { queue, forms = [], logLevel = 'INFO', logRetention = RetentionDays.ONE_MONTH } = props;
  const { removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, tracing = true, encryptionKey } = props;
  const signatureFunction = createRelayFunction(
    scope,
    { logLevel, logRetention, removalPolicy, tracing, ...(encryptionKey === undefined ? {} : { encryptionKey }) },
    {
      id: WEBHOOK_FUNCTION_ID,
      entryFile: 'webhook.ts',
      description: 'Checks the signature of what is posted, and puts it on the queue of a marketo-relay',
      memorySize: MEMORY_MIB,
      timeoutSeconds: WEBHOOK_TIMEOUT_SECONDS,
      environment: {
        [SETTING_NAMES.queueUrl]: queue.queueUrl,
        [WEBHOOK_NAMES.secretId]: secret.secretFullArn ?? secret.secretName,
        [WEBHOOK_NAMES.forms]: JSON.stringify(forms),
      },
    },
  );
  grantSend(signatureFunction, queue);
  grantCredentials(signatureFunction, secret);
  return signatureFunction;
}

function signatureIntegration(signatureFunction: LambdaFunction): LambdaIntegration {
  return new LambdaIntegration(signatureFunction, { proxy: true, allowTestInvoke: false });
}

/** A request without one of them is refused before the function runs. */
function signatureParameters(): Record<string, boolean> {
  return Object.fromEntries(SIGNATURE_HEADERS.map((name) => [`method.request.header.${name}`, true]));
}

export { createSignatureFunction, signatureIntegration, signatureParameters, WEBHOOK_FUNCTION_ID };
