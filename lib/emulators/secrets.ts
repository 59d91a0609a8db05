import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './aws.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

interface LocalSecrets {
  readonly url: string;
  /** Creates or rotates a secret: the next `GetSecretValue` gives the new value under a new version. */
  put(name: string, value: string): void;
  stop(): Promise<void>;
}

interface StoredSecret {
  readonly name: string;
  readonly value: string;
  readonly versionId: string;
  readonly createdSeconds: number;
}

type Reply = { readonly status: number; readonly body: Record<string, unknown> };

/** A request that reads one secret is far smaller. */
const MAX_REQUEST_BYTES = 64 * 1024;

/**
 * A stand-in for AWS Secrets Manager: `GetSecretValue` of the AWS JSON 1.1 protocol over HTTP, and nothing else.
 * Lead the SDK to it with `AWS_ENDPOINT_URL_SECRETS_MANAGER`. Signatures are not checked.
 *
 * @param port - 0: a free one
 *
 * @example
 * const secrets = await startSecrets({ 'marketo/credentials': '{"clientId":"...","clientSecret":"..."}' });
 */
async function startSecrets(initial: Readonly<Record<string, string>> = {}, port = 0): Promise<LocalSecrets> {
  const stored = new Map<string, StoredSecret>();
  const put = (name: string, value: string): void => {
    stored.set(name, { name, value, versionId: randomUUID(), createdSeconds: Date.now() / 1000 });
  };
  for (const [name, value] of Object.entries(initial)) put(name, value);

  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => answer(stored, request.headers['x-amz-target'], body))
      .catch((error: unknown) => failure(500, 'InternalServiceError', String(error)))
      .then((reply) => write(response, reply));
  });
  const url = await listenOnLoopback(server, port);
  return { url, put, stop: () => closeServer(server) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_REQUEST_BYTES) throw new Error(`The request is larger than ${MAX_REQUEST_BYTES} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(stored: ReadonlyMap<string, StoredSecret>, target: string | string[] | undefined, body: string): Reply {
  if (target !== 'secretsmanager.GetSecretValue') {
    return failure(400, 'UnknownOperationException', `Only GetSecretValue is answered here, not ${String(target)}.`);
  }
  const secretId = readSecretId(body);
  if (secretId === undefined) return failure(400, 'InvalidParameterException', 'SecretId must be a string.');
  const secret = find(stored, secretId);
  if (secret === undefined) {
    return failure(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return {
    status: 200,
    body: {
      ARN: arnOf(secret.name),
      Name: secret.name,
      SecretString: secret.value,
      VersionId: secret.versionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: secret.createdSeconds,
    },
  };
}

function readSecretId(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const secretId = (value as { SecretId?: unknown } | null)?.SecretId;
    return typeof secretId === 'string' ? secretId : undefined;
  } catch {
    return undefined;
  }
}

/** By name or by ARN, as Secrets Manager does. */
function find(stored: ReadonlyMap<string, StoredSecret>, secretId: string): StoredSecret | undefined {
  return stored.get(secretId) ?? [...stored.values()].find((secret) => arnOf(secret.name) === secretId);
}

function arnOf(name: string): string {
  // Secrets Manager puts six random characters after the name.
  return `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT}:secret:${name}-AbCdEf`;
}

function failure(status: number, type: string, message: string): Reply {
  return { status, body: { __type: type, message } };
}

function write(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(reply.body));
}

export type { LocalSecrets };
export { startSecrets };
