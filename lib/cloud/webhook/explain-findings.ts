import type { Method, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from '../acknowledge.ts';
import type { WebhookAuthentication } from './webhook-props.ts';

const LOG_POLICY = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs';

/** Why cdk-nag's rules do not hold for the API: docs/decisions/013-webhook-intake.md. */
function explainApi(api: RestApi, authentication: WebhookAuthentication): void {
  acknowledge(api.deploymentStage, {
    'AwsSolutions-APIG3':
      'Rate, authentication, type and size of a request are limited already, and no data is read by one. Whoever wants a firewall gives it to the stage.',
  });
  const logRole = api.node.tryFindChild('CloudWatchRole');
  if (logRole !== undefined) {
    acknowledge(logRole, {
      [`AwsSolutions-IAM4[Policy::${LOG_POLICY}]`]:
        'The policy that API Gateway asks for: it writes the logs of all APIs of the account by this one role.',
    });
  }
  if (authentication !== 'signature') return;
  acknowledge(api, {
    'AwsSolutions-APIG2':
      'Headers are validated by the API, and the body by the function: not before its signature is known to be right.',
  });
}

function explainMethod(method: Method, authentication: WebhookAuthentication): void {
  acknowledge(method, {
    'AwsSolutions-COG4': 'Those who post are services and no users: they have no user pool.',
    ...(authentication === 'iam' ? {} : { 'AwsSolutions-APIG4': SHOWN_OTHERWISE[authentication] }),
  });
}

const SHOWN_OTHERWISE = {
  apiKey: 'A request needs an API key of the usage plan.',
  signature:
    'A request needs a signature over its body, which no authorizer of API Gateway gets: the function checks it.',
} as const;

export { explainApi, explainMethod };
