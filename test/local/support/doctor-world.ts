import { applyEnvironment, awsEnvironment } from '../../../lib/emulators/aws.ts';
import { type LocalSecrets, startSecrets } from '../../../lib/emulators/secrets.ts';
import type { FakeMarketo } from '../../../lib/fake-marketo/handle.ts';
import { startFakeMarketo } from '../../../lib/fake-marketo/server.ts';
import { SETTING_NAMES } from '../../../lib/settings/names.ts';
import { startWire, type Wire } from '../../support/wire.ts';
import { type AwsServices, type AwsWorld, startAwsServices } from './aws-services.ts';
import { type CliOptions, type CliUnderTest, startCliUnderTest } from './relay-cli.ts';

interface Check {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'wrong' | 'notChecked';
  readonly said: string;
  readonly remedy: string | null;
}

interface Diagnosis {
  readonly status: number;
  readonly checks: readonly Check[];
  /** Those of one check. */
  of(check: string): readonly Check[];
  /** All that was printed. */
  readonly text: string;
}

/** A stack `Relay` whose every service answers over HTTP, and a fake Marketo. */
interface DoctorWorld {
  readonly cli: CliUnderTest;
  readonly wire: Wire;
  readonly marketo: FakeMarketo;
  readonly world: AwsWorld;
  readonly secrets: LocalSecrets;
  /** Settings of the delivery function, beside those that it needs. */
  setSettings(settings: Readonly<Record<string, string>>): void;
  doctor(options?: CliOptions): Promise<Diagnosis>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const SECRET = 'marketo-relay/credentials';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alarms';

async function startDoctorWorld(): Promise<DoctorWorld> {
  const user = { userId: 'relay@example.com', clientId: 'the-client-id', clientSecret: 'the-client-secret-value' };
  // Its limits are for the tests of limits: a test makes more calls in a window than the relay would.
  const marketo = await startFakeMarketo({ users: [user], rateLimitCalls: 100_000, dailyQuota: 1_000_000 });
  const wire = await startWire({ marketo });
  const secrets = await startSecrets();
  const services: AwsServices = await startAwsServices({} as AwsWorld);
  const { world } = services;
  const restore = applyEnvironment(process.env, {
    ...awsEnvironment({ ...wire.endpoints, secretsManager: secrets.url }),
    ...services.environment,
  });
  const cli = await startCliUnderTest({ wire, baseUrl: marketo.url });
  const needed = wire.settingsFor(marketo);

  function setSettings(settings: Readonly<Record<string, string>>): void {
    const Environment = { Variables: { ...needed, ...settings } };
    world.functions = { ...world.functions, deliver: { ...world.functions.deliver, Environment } };
  }

  function fill(): void {
    const active = { State: 'Active', LastUpdateStatus: 'Successful', Timeout: 20 };
    Object.assign(world, {
      outputs: {
        QueueUrl: wire.queueUrl,
        DeadLetterQueueUrl: wire.deadLetterQueueUrl,
        LedgerTableName: wire.tableName,
        OverflowBucketName: wire.bucketName,
        SecretName: SECRET,
        MarketoBaseUrl: marketo.url,
        DeliveryFunctionName: 'deliver',
        EventSourceMappingId: 'uuid',
      },
      resources: [
        ['AWS::Lambda::Function', 'deliver'],
        ['AWS::Lambda::Function', 'govern'],
        ['AWS::CloudWatch::Alarm', 'DeadLetterAlarm'],
        ['AWS::CloudWatch::Alarm', 'UnreadQueueAlarm'],
        ['AWS::SQS::Queue', wire.queueUrl],
      ],
      alarms: { DeadLetterAlarm: { topics: [TOPIC] }, UnreadQueueAlarm: { topics: [TOPIC] } },
      topics: { [TOPIC]: [{ endpoint: 'ops@example.com' }] },
      mapping: { State: 'Enabled', LastProcessingResult: 'OK' },
      functions: { deliver: active, govern: active },
      denied: [],
    } satisfies AwsWorld);
    setSettings({ [SETTING_NAMES.marketoSecretId]: SECRET });
    secrets.put(SECRET, JSON.stringify({ clientId: user.clientId, clientSecret: user.clientSecret }));
  }
  fill();

  return {
    cli,
    wire,
    marketo,
    world,
    secrets,
    setSettings,
    async doctor(options = {}) {
      const { status, stdout, stderr } = await cli.run(['doctor', '--json'], {
        target: ['--stack', 'Relay'],
        ...options,
      });
      const { checks } = JSON.parse(stdout || '{"checks":[]}') as { checks: readonly Check[] };
      return { status, checks, of: (name) => checks.filter(({ check }) => check === name), text: stdout + stderr };
    },
    async reset() {
      fill();
      marketo.setFaults([]);
      await marketo.switches.allOff();
      await cli.reset();
    },
    async stop() {
      restore();
      await cli.stop();
      await Promise.all([wire.stop(), secrets.stop(), services.stop(), marketo.stop()]);
    },
  };
}

export type { Check, Diagnosis, DoctorWorld };
export { SECRET, startDoctorWorld, TOPIC };
