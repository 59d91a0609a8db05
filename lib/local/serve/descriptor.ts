import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCAL_REGION } from '../../emulators/aws.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { LocalRelay } from '../relay.ts';
import { DESCRIPTOR_NAME } from '../target/local-target.ts';

/** Where the control server of a relay is, and what it lets in. */
interface ControlAddress {
  readonly url: string;
  readonly token: string;
}

/** Where webhooks are posted, and what they are signed with. */
interface WebhookAddress {
  readonly url: string;
  readonly secret: Secret;
}

/** It holds the token of the control server and the secret of webhooks: for its user's eyes only. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The process that serves from a folder already. Undefined: none, or one that has ended without cleaning up. */
async function servingFrom(folder: string): Promise<number | undefined> {
  try {
    const { pid } = JSON.parse(await readFile(join(folder, DESCRIPTOR_NAME), 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' && pid !== process.pid && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes what `relay --local` reads, and gives what removes it. In one step, so that nobody reads half of it.
 *
 * @throws when the folder or the file cannot be written.
 */
async function writeDescriptor(
  folder: string,
  relay: LocalRelay,
  control: ControlAddress,
  webhook: WebhookAddress,
): Promise<() => Promise<void>> {
  const path = join(folder, DESCRIPTOR_NAME);
  const descriptor = {
    version: 1,
    pid: process.pid,
    queueUrl: relay.queueUrl,
    backfillQueueUrl: relay.backfillQueueUrl,
    deadLetterQueueUrl: relay.deadLetterQueueUrl,
    resultsQueueUrl: relay.resultsQueueUrl,
    ledgerTableName: relay.tableName,
    overflowBucketName: relay.bucketName,
    secretName: relay.secretName,
    journalBucketName: relay.journal.bucketName,
    journalSaltName: relay.journal.saltName,
    baseUrl: relay.marketoUrl,
    subscription: new URL(relay.marketoUrl).host,
    endpoints: relay.endpoints,
    region: LOCAL_REGION,
    controlUrl: control.url,
    controlToken: control.token,
    pageUrl: `${control.url}/`,
    webhookUrl: webhook.url,
    webhookSecret: webhook.secret.reveal(),
  };
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(descriptor, null, 2)}\n`, { mode: PRIVATE_FILE });
  await rename(draft, path);
  return () => rm(path, { force: true });
}

/** Signal 0 asks and does nothing. EPERM: it is there, and somebody else's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export type { ControlAddress };
export { servingFrom, writeDescriptor };
