import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Duration, type IPolicyValidationPlugin, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayStack, type RelayStackProps } from '../../lib/cloud/relay-stack.ts';
import { BASE_URL, testApp } from './synth.ts';

/** CDK tells of findings on standard error, and throws. */
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

/**
 * What the packs say that is not acknowledged where it stands.
 *
 * @throws with the errors among it.
 */
function findingsOf(build: (app: App) => void): readonly string[] {
  const app = testApp();
  build(app);
  const packs: IPolicyValidationPlugin[] = [new AwsSolutionsChecks(app), new ServerlessChecks(app)];
  Validations.of(app).addPlugins(...packs);
  app.synth();
  const report = join(app.outdir, 'validation-report.json');
  return existsSync(report) ? (readFileSync(report, 'utf8').match(/(?:AwsSolutions|Serverless)-\w+/g) ?? []) : [];
}

function relayWith(props: (other: Stack) => RelayStackProps): (app: App) => void {
  return (app) => {
    // Of what is not the relay's nothing is asked.
    const other = new Stack(app, 'Other', { description: 'Made elsewhere' });
    new Queue(other, 'Something', { enforceSSL: true });
    const given = props(other);
    for (const id of ['AwsSolutions-VPC7', 'AwsSolutions-KMS5', 'AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy']) {
      Validations.of(other).acknowledge({ id, reason: 'not of the relay' });
    }
    new RelayStack(app, 'Stack', { marketoBaseUrl: BASE_URL, ...given });
  };
}

const webhookForms = [{ name: 'newsletter', fields: { mail: 'email' } }];

describe("cdk-nag's AwsSolutions and Serverless packs", () => {
  it('find what nobody has acknowledged', () => {
    expect(() => findingsOf((app) => new Queue(new Stack(app, 'Bare'), 'Queue'))).toThrow(/AwsSolutions-SQS4/);
  });

  it.each<[string, (other: Stack) => RelayStackProps]>([
    ['by default', () => ({})],
    ['with a queue for backfills', () => ({ backfill: true })],
    [
      'that is deleted with its stack, tells by mail, is not traced, and puts results on a queue',
      () => ({ removalPolicy: RemovalPolicy.DESTROY, alarmEmail: 'a@example.com', tracing: false, results: 'queue' }),
    ],
    [
      'in a VPC, with a key of its own, and results on a bus',
      (other) => ({
        encryptionKey: new Key(other, 'Key', { enableKeyRotation: true }),
        vpc: new Vpc(other, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc,
        results: 'bus',
      }),
    ],
    [
      'with a secret and queues that exist, and webhooks by IAM',
      (other) => ({ secretName: 'marketo/credentials', queue: queueIn(other), webhook: 'iam', webhookForms }),
    ],
    ['with webhooks by an API key', () => ({ webhook: 'apiKey', webhookForms })],
    ['with webhooks by a signature', () => ({ webhook: 'signature', webhookForms })],
  ])('find nothing unexplained in a relay %s', (_, props) => {
    expect(findingsOf(relayWith(props))).toEqual([]);
  });
});

function queueIn(stack: Stack): Queue {
  const shared = { enforceSSL: true, retentionPeriod: Duration.days(14) };
  return new Queue(stack, 'Queue', {
    ...shared,
    visibilityTimeout: Duration.seconds(500),
    deadLetterQueue: { queue: new Queue(stack, 'Dead', shared), maxReceiveCount: 10 },
  });
}
