import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { readContext } from '../../../lib/cloud/context.ts';
import { RelayStack } from '../../../lib/cloud/relay-stack.ts';
import { formTemplate, messageTemplate } from '../../../lib/cloud/webhook/templates.ts';
import { WebhookIntake } from '../../../lib/cloud/webhook/webhook-intake.ts';
import { WEBHOOK_AUTHENTICATIONS, type WebhookIntakeProps } from '../../../lib/cloud/webhook/webhook-props.ts';
import type { WebhookForm } from '../../../lib/webhook/form.ts';
import { BASE_URL, testApp } from '../synth.ts';

const FORM: WebhookForm = { name: 'newsletter', fields: { mail: 'email' } };

function synthesize(props: Partial<WebhookIntakeProps> = {}, more?: (stack: Stack, intake: WebhookIntake) => void) {
  const stack = new Stack(testApp(), 'Test');
  const queue = props.queue ?? new Queue(stack, 'Queue');
  const intake = new WebhookIntake(stack, 'Webhook', { queue, authentication: 'iam', forms: [FORM], ...props });
  more?.(stack, intake);
  return { stack, intake, template: Template.fromStack(stack) };
}

interface Method {
  readonly AuthorizationType: string;
  readonly ApiKeyRequired?: boolean;
  readonly Integration: {
    readonly Type: string;
    readonly Uri: unknown;
    readonly PassthroughBehavior?: string;
    readonly RequestTemplates?: Readonly<Record<string, string>>;
    readonly RequestParameters?: unknown;
    readonly IntegrationResponses?: readonly { readonly StatusCode: string; readonly SelectionPattern?: string }[];
  };
  readonly RequestModels?: unknown;
  readonly RequestParameters?: unknown;
  readonly RequestValidatorId: unknown;
}

function methodsOf(template: Template): { readonly messages: Method; readonly form: Method } {
  const found = Object.entries(template.findResources('AWS::ApiGateway::Method'));
  const of = (part: string) => found.find(([id]) => id.includes(part))?.[1].Properties as Method;
  return { messages: of('ApimessagesPOST'), form: of('ApiformsnewsletterPOST') };
}

/** `action on logical id` of all policies. */
function allowed(template: Template): readonly string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) => {
      const [, name = JSON.stringify(Resource)] = /"([A-Z][A-Za-z]+?)[0-9A-F]{8}"/.exec(JSON.stringify(Resource)) ?? [];
      return [Action].flat().map((action) => `${action} on ${name}`);
    })
    .sort();
}

describe('without a signature', () => {
  const { template } = synthesize();
  const { messages, form } = methodsOf(template);

  it('leads straight into the queue, and has no function', () => {
    template.resourceCountIs('AWS::Lambda::Function', 0);
    for (const { Integration } of [messages, form]) {
      expect(Integration).toMatchObject({
        Type: 'AWS',
        PassthroughBehavior: 'NEVER',
        RequestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
      });
      expect(JSON.stringify(Integration.Uri)).toContain(':sqs:path/');
    }
    expect(messages.Integration.RequestTemplates).toEqual({ 'application/json': messageTemplate() });
    expect(form.Integration.RequestTemplates).toEqual({ 'application/x-www-form-urlencoded': formTemplate(FORM) });
  });

  it('may send messages to the queue, and do nothing else', () => {
    expect(allowed(template)).toEqual(['sqs:SendMessage on Queue']);
  });

  it('may encrypt with the key of the queue where that has one', () => {
    const stack = new Stack(testApp(), 'Keyed');
    const queue = new Queue(stack, 'Queue', { encryptionMasterKey: new Key(stack, 'Key') });
    new WebhookIntake(stack, 'Webhook', { queue, authentication: 'iam' });
    expect(allowed(Template.fromStack(stack))).toEqual([
      'kms:Decrypt on Key',
      'kms:GenerateDataKey on Key',
      'sqs:SendMessage on Queue',
    ]);
  });

  it('checks a message by its schema before SQS sees it', () => {
    template.hasResourceProperties('AWS::ApiGateway::Model', {
      ContentType: 'application/json',
      Schema: Match.objectLike({
        $schema: 'http://json-schema.org/draft-04/schema#',
        required: ['path'],
        additionalProperties: false,
      }),
    });
    expect(messages.RequestModels).toEqual({ 'application/json': { Ref: expect.stringContaining('MessageModel') } });
    template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestBody: true });
  });

  it('takes nothing for accepted but the 200 of SQS', () => {
    const answers = messages.Integration.IntegrationResponses?.map((one) => [one.SelectionPattern, one.StatusCode]);
    expect(answers).toEqual([
      ['200', '202'],
      ['400', '400'],
      [undefined, '503'],
    ]);
  });
});

describe.each(WEBHOOK_AUTHENTICATIONS)('with %s', (authentication) => {
  const { template } = synthesize({ authentication });

  it('lets nobody in unasked', () => {
    for (const method of Object.values(methodsOf(template))) {
      const asks = {
        iam: method.AuthorizationType === 'AWS_IAM',
        apiKey: method.ApiKeyRequired === true,
        signature: JSON.stringify(method.Integration.Uri).includes('WebhookSignature'),
      };
      expect(asks).toEqual({
        iam: authentication === 'iam',
        apiKey: authentication === 'apiKey',
        signature: authentication === 'signature',
      });
    }
  });

  it('lets in no more than its rate', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        Match.objectLike({ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }),
      ],
    });
  });

  it('logs who asked for what, and no body, header or key', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    const format = JSON.parse(stage?.Properties.AccessLogSetting.Format);
    expect(
      Object.values<string>(format).filter((value) =>
        /body|header|authorizer|querystring|identity\.apiKey$/i.test(value),
      ),
    ).toEqual([]);
    expect(stage?.Properties.MethodSettings[0]).toMatchObject({ DataTraceEnabled: false, LoggingLevel: 'ERROR' });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('answers in one form whatever is wrong, and says when to come again', () => {
    const answers = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse')).map(
      ({ Properties }) => Properties,
    );
    const byType = new Map(answers.map((answer) => [answer.ResponseType, answer]));
    expect([...byType.keys()]).toEqual(
      expect.arrayContaining(['BAD_REQUEST_BODY', 'THROTTLED', 'UNSUPPORTED_MEDIA_TYPE', 'DEFAULT_4XX', 'DEFAULT_5XX']),
    );
    for (const { ResponseTemplates } of answers) {
      const text = ResponseTemplates['application/json'].replace('$context.error.messageString', '"Forbidden"');
      expect(JSON.parse(text)).toEqual({ problems: [{ path: '', expected: expect.any(String) }] });
    }
    expect(byType.get('THROTTLED')).toMatchObject({
      StatusCode: '429',
      ResponseParameters: { 'gatewayresponse.header.Retry-After': "'30'" },
    });
  });

  it('has no secret in its template', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/whsec_|"Value":"[A-Za-z0-9]{20}/);
  });

  it('keeps logs and secret when the stack goes, unless told otherwise', () => {
    const policies = (synthesized: Template) =>
      ['AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret'].flatMap((type) =>
        Object.values(synthesized.findResources(type)).map(({ DeletionPolicy }) => DeletionPolicy),
      );
    expect(new Set(policies(template))).toEqual(new Set(['RetainExceptOnCreate']));
    const { template: going } = synthesize({ authentication, removalPolicy: RemovalPolicy.DESTROY });
    expect(new Set(policies(going))).toEqual(new Set(['Delete']));
  });
});

describe('with an API key', () => {
  it('has a key, whose value only API Gateway knows, with the same rate', () => {
    const { template } = synthesize({ authentication: 'apiKey', requestsPerSecond: 7 });
    template.hasResourceProperties('AWS::ApiGateway::ApiKey', { Enabled: true, Value: Match.absent() });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: { RateLimit: 7, BurstLimit: 14 } });
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
  });
});

describe('with a signature', () => {
  const { template, intake } = synthesize({ authentication: 'signature' });

  it('asks a function, which may read the secret and send messages, and do nothing else', () => {
    expect(intake.signatureFunction).toBeDefined();
    expect(allowed(template).filter((one) => !/^(?:logs|xray):/.test(one))).toEqual([
      'secretsmanager:DescribeSecret on WebhookSecret',
      'secretsmanager:GetSecretValue on WebhookSecret',
      'sqs:SendMessage on Queue',
    ]);
  });

  it('tells the function where the secret is, and not what it is', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          QUEUE_URL: { Ref: Match.stringLikeRegexp('^Queue') },
          WEBHOOK_SECRET_ID: { Ref: Match.stringLikeRegexp('^WebhookSecret') },
          WEBHOOK_FORMS: JSON.stringify([FORM]),
        }),
      },
    });
  });

  it('draws a secret that is one: letters and digits, as many as are whole bytes of base64', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'secret',
        PasswordLength: 44,
        ExcludePunctuation: true,
      },
    });
  });

  it('refuses a request without the headers before the function runs', () => {
    expect(methodsOf(template).messages.RequestParameters).toEqual({
      'method.request.header.webhook-id': true,
      'method.request.header.webhook-timestamp': true,
      'method.request.header.webhook-signature': true,
    });
    template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestParameters: true });
  });

  it('takes a secret that exists', () => {
    const stack = new Stack(testApp(), 'Existing');
    const secret = Secret.fromSecretNameV2(stack, 'Given', 'webhook') as Secret;
    new WebhookIntake(stack, 'Webhook', {
      queue: new Queue(stack, 'Queue'),
      authentication: 'signature',
      secret: secret as never,
    });
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 0);
  });
});

describe('with a key of your own', () => {
  it('encrypts logs and secret with it', () => {
    const stack = new Stack(testApp(), 'Encrypted');
    const encryptionKey = new Key(stack, 'Key');
    new WebhookIntake(stack, 'Webhook', {
      queue: new Queue(stack, 'Queue'),
      authentication: 'signature',
      encryptionKey,
    });
    const template = Template.fromStack(stack);
    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: key });
    expect(allowed(template)).toEqual(
      expect.arrayContaining(['kms:Decrypt on Key', 'secretsmanager:GetSecretValue on WebhookSecret']),
    );
  });
});

describe('who may post, with IAM', () => {
  it('is whom it is granted to, at the addresses that there are', () => {
    const { template } = synthesize({}, (stack, intake) => {
      intake.grantPost(new Role(stack, 'Sender', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    });
    const may = allowed(template).filter((one) => one.startsWith('execute-api'));
    expect(may).toEqual([expect.stringContaining('execute-api:Invoke')]);
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies.match(/\/v1\/POST\/[a-z/]+/g)?.sort()).toEqual(['/v1/POST/forms/newsletter', '/v1/POST/messages']);
  });
});

describe('what cannot be built', () => {
  it.each<[Partial<WebhookIntakeProps>, RegExp]>([
    [{ requestsPerSecond: 0 }, /requestsPerSecond is 0: give a whole number from 1 to 10000/],
    [{ requestsPerSecond: 1.5 }, /requestsPerSecond is 1.5/],
    [{ burst: 5_001 }, /burst is 5001: give a whole number from 1 to 5000/],
    [{ authentication: 'none' as never }, /authentication is "none": give one of iam, apiKey, signature/],
    [{ forms: [{ name: 'a b', fields: {} }] }, /forms \[0\]\.name/],
    [{ secret: {} as never }, /secret is for an authentication by signature/],
  ])('says why: %j', (props, problem) => {
    expect(() => synthesize(props)).toThrow(problem);
  });

  it('is more forms than the function has room for', () => {
    const fields = {
      mail: 'email',
      ...Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`field number ${n}`, `field${n}`])),
    };
    expect(() => synthesize({ authentication: 'signature', forms: [{ name: 'a', fields }] })).toThrow(
      /forms come to \d+ bytes/,
    );
    expect(() => synthesize({ authentication: 'iam', forms: [{ name: 'a', fields }] })).not.toThrow();
  });
});

describe('as a setting of the stack', () => {
  const stackOf = (context: Record<string, unknown>) =>
    new RelayStack(testApp(), 'Stack', readContext({ marketoBaseUrl: BASE_URL, ...context }));

  it('is off unless it is asked for', () => {
    const stack = stackOf({});
    expect(stack.webhook).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::ApiGateway::RestApi', 0);
  });

  it('is an address, with the forms of a file', () => {
    const context = {
      webhook: 'signature',
      webhookForms: 'examples/webhook-forms.json',
      webhookRequestsPerSecond: '5',
    };
    const template = Template.fromStack(stackOf(context));
    template.hasOutput('WebhookUrl', {});
    template.hasOutput('WebhookSecretName', {});
    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: 'newsletter' });
    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: 'contact' });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [Match.objectLike({ ThrottlingRateLimit: 5 })],
    });
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ webhook: 'hmac' }, /webhook is "hmac": give one of iam, apiKey, signature/],
    [{ webhook: 'iam', webhookForms: 'missing.json' }, /webhookForms is "missing.json", ENOENT/],
    [{ webhook: 'iam', webhookForms: 'package.json' }, /webhookForms is "package.json", where the list/],
    [{ webhookForms: 'examples/webhook-forms.json' }, /webhookForms is for a webhook: give webhook too/],
    [{ webhook: 'iam', webhookRequestsPerSecond: 'many' }, /webhookRequestsPerSecond is "many"/],
  ])('is refused with its reason: %j', (context, problem) => {
    expect(() => stackOf(context)).toThrow(problem);
  });
});
