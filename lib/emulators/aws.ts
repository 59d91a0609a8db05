import { devNull } from 'node:os';

/** What an AWS SDK client needs to reach an emulator: any credentials will do, none are checked. */
const LOCAL_REGION = 'us-east-1';
const LOCAL_ACCOUNT = '000000000000';
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

interface LocalEndpoints {
  readonly sqs: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
}

/**
 * The SDK's own environment variables that lead every client to the emulators. A profile or a configuration file of
 * the user would win over them, so those are switched off: no local run may ever reach a real account.
 * `undefined` means that the variable must be absent.
 */
function awsEnvironment(endpoints: LocalEndpoints): Record<string, string | undefined> {
  return {
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL: undefined,
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
    // Both are refused together with an endpoint of one's own.
    AWS_USE_FIPS_ENDPOINT: undefined,
    AWS_USE_DUALSTACK_ENDPOINT: undefined,
  };
}

/**
 * Puts variables into an environment and returns what puts the old ones back. The SDK reads `process.env` when a
 * client makes its first request, so they must stay for as long as clients are created.
 */
function applyEnvironment(
  target: Record<string, string | undefined>,
  variables: Readonly<Record<string, string | undefined>>,
): () => void {
  const before = new Map(Object.keys(variables).map((name) => [name, target[name]]));
  for (const [name, value] of Object.entries(variables)) put(target, name, value);
  return () => {
    for (const [name, value] of before) put(target, name, value);
  };
}

function put(target: Record<string, string | undefined>, name: string, value: string | undefined): void {
  // Assigning undefined to a member of process.env would store the word "undefined".
  if (value === undefined) delete target[name];
  else target[name] = value;
}

export type { LocalEndpoints };
export { applyEnvironment, awsEnvironment, LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION };
