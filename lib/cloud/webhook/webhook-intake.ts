import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type ApiKey,
  AuthorizationType,
  EndpointType,
  type IModel,
  type IRestApi,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type RequestValidator,
  type Resource,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { WebhookForm } from '../../webhook/form.ts';
import { FORMS, JSON_TYPE, MESSAGES } from '../../webhook/receive.ts';
import { allowLogs } from '../encryption.ts';
import { grantSend } from '../grants.ts';
import { serviceName } from '../service-name.ts';
import { ACCESS_LOG } from './access-log.ts';
import { shapeAnswers } from './answers.ts';
import { requireSound, type Throttle } from './check-props.ts';
import { explainApi, explainMethod } from './explain-findings.ts';
import { createMessageModel } from './message-model.ts';
import { QUEUE_ANSWERS, queueIntegration } from './queue-integration.ts';
import { createSignatureFunction, signatureIntegration, signatureParameters } from './signature-function.ts';
import type { WebhookAuthentication, WebhookIntakeProps } from './webhook-props.ts';
import { createWebhookSecret } from './webhook-secret.ts';

const STAGE = 'v1';

interface Place {
  readonly resource: Resource;
  /** None: messages are posted there. */
  readonly form: WebhookForm | undefined;
}

/**
 * An HTTP address at which messages and forms are posted to the queue of a relay: `POST .../v1/messages` takes a message as
 * JSON, `POST .../v1/forms/NAME` a form. The answer is 202 once SQS has accepted the message, 4xx with the problems.
 * API Gateway writes into the queue itself; only with `signature` a function stands between, since nothing else of API
 * Gateway can check a signature over the body (docs/decisions/013-webhook-intake.md).
 *
 * @example
 * const intake = new WebhookIntake(this, 'Webhook', { queue: relay.queue, authentication: 'signature' });
 * new CfnOutput(this, 'WebhookUrl', { value: intake.url });
 */
class WebhookIntake extends Construct {
  /** Ends in a slash: `messages` and `forms/NAME` follow. */
  readonly url: string;
  readonly api: RestApi;
  readonly authentication: WebhookAuthentication;
  /** With `apiKey`. More keys can be made and added to the API with a usage plan. */
  readonly apiKey?: ApiKey;
  /** With `signature`: what senders sign with. */
  readonly secret?: ISecret;
  /** With `signature`. */
  readonly signatureFunction?: LambdaFunction;
  readonly #paths: readonly string[];
  #headerValidator: RequestValidator | undefined;

  /** @throws {ConfigurationError} that lists every bad prop with its value and what to give instead. */
  constructor(scope: Construct, id: string, props: WebhookIntakeProps) {
    super(scope, id);
    const throttle = requireSound(props);
    const { queue, authentication, forms = [] } = props;
    this.authentication = authentication;
    this.api = createApi(this, props, throttle);
    this.url = this.api.url;
    this.#paths = [MESSAGES, ...forms.map(({ name }) => `${FORMS}${name}`)];
    shapeAnswers(this.api);
    explainApi(this.api, authentication);
    const places = this.#addResources(forms);
    if (authentication === 'signature') {
      const secret = props.secret ?? createWebhookSecret(this, removalPolicyOf(props), props.encryptionKey);
      const signatureFunction = createSignatureFunction(this, props, secret);
      this.secret = secret;
      this.signatureFunction = signatureFunction;
      for (const { resource } of places) this.#takeSigned(resource, signatureFunction);
      return;
    }
    const role = new Role(this, 'QueueRole', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') });
    grantSend(role, queue);
    const model = createMessageModel(this, this.api);
    for (const { resource, form } of places)
      this.#takeDirectly(resource, queueIntegration(queue, role, form), form, model);
    if (authentication === 'apiKey') this.apiKey = this.#createKey(throttle);
  }

  /** Lets `grantee` post, with `iam`: whoever else signs with AWS credentials is refused. */
  grantPost(grantee: IGrantable): Grant {
    const resourceArns = this.#paths.map((path) => this.api.arnForExecuteApi('POST', path, STAGE));
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
  }

  #addResources(forms: readonly WebhookForm[]): readonly Place[] {
    const { root } = this.api;
    const messages = { resource: root.addResource(MESSAGES.slice(1)), form: undefined };
    if (forms.length === 0) return [messages];
    const parent = root.addResource(FORMS.slice(1, -1));
    return [messages, ...forms.map((form) => ({ resource: parent.addResource(form.name), form }))];
  }

  #takeDirectly(
    resource: Resource,
    integration: ReturnType<typeof queueIntegration>,
    form: WebhookForm | undefined,
    model: IModel,
  ): void {
    const isIam = this.authentication === 'iam';
    const method = resource.addMethod('POST', integration, {
      authorizationType: isIam ? AuthorizationType.IAM : AuthorizationType.NONE,
      apiKeyRequired: !isIam,
      methodResponses: QUEUE_ANSWERS,
      ...(form === undefined ? { requestModels: { [JSON_TYPE]: model } } : {}),
      requestValidator: form === undefined ? this.#bodyAndHeaders() : this.#headers(),
    });
    explainMethod(method, this.authentication);
  }

  #takeSigned(resource: Resource, signatureFunction: LambdaFunction): void {
    const method = resource.addMethod('POST', signatureIntegration(signatureFunction), {
      authorizationType: AuthorizationType.NONE,
      requestParameters: signatureParameters(),
      requestValidator: this.#headers(),
    });
    explainMethod(method, this.authentication);
  }

  #headers(): RequestValidator {
    this.#headerValidator ??= this.api.addRequestValidator('Headers', { validateRequestParameters: true });
    return this.#headerValidator;
  }

  #bodyAndHeaders(): RequestValidator {
    return this.api.addRequestValidator('Body', { validateRequestBody: true, validateRequestParameters: true });
  }

  #createKey({ requestsPerSecond, burst }: Throttle): ApiKey {
    const key = this.api.addApiKey('Key', { description: `Lets its holder post to ${this.node.path}` }) as ApiKey;
    const plan = this.api.addUsagePlan('UsagePlan', {
      // `RestApi` spells an optional member of `IRestApi` in a way that exactOptionalPropertyTypes does not let through.
      apiStages: [{ api: this.api as IRestApi, stage: this.api.deploymentStage }],
      throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
    });
    plan.addApiKey(key);
    return key;
  }
}

function createApi(scope: Construct, props: WebhookIntakeProps, { requestsPerSecond, burst }: Throttle): RestApi {
  const removalPolicy = removalPolicyOf(props);
  const { encryptionKey } = props;
  if (encryptionKey !== undefined) allowLogs(scope, encryptionKey);
  const retention = props.logRetention ?? RetentionDays.ONE_MONTH;
  const logs = { retention, removalPolicy, ...(encryptionKey === undefined ? {} : { encryptionKey }) };
  const accessLogs = new LogGroup(scope, 'AccessLogs', logs);
  const api = new RestApi(scope, 'Api', {
    restApiName: serviceName(scope),
    description: 'Puts what is posted on the queue of a marketo-relay',
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: props.accountLogRole ?? true,
    cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: requestsPerSecond,
      throttlingBurstLimit: burst,
      metricsEnabled: true,
      tracingEnabled: props.tracing ?? true,
      loggingLevel: MethodLoggingLevel.ERROR,
      // Otherwise bodies would stand in the log.
      dataTraceEnabled: false,
      accessLogDestination: new LogGroupLogDestination(accessLogs),
      accessLogFormat: ACCESS_LOG,
    },
  });
  // API Gateway would make it itself, and keep it for ever.
  const logGroupName = `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`;
  api.deploymentStage.node.addDependency(new LogGroup(scope, 'ExecutionLogs', { ...logs, logGroupName }));
  return api;
}

function removalPolicyOf({
  removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
}: WebhookIntakeProps): RemovalPolicy {
  return removalPolicy;
}

export type { WebhookIntakeProps };
export { WebhookIntake };
