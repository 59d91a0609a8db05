import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FAILURES_TO_BE_DOWN } from '../access-token/policy.ts';
import { decodeTokenItem } from './token-item.ts';
import { createVersionedItem } from './versioned-item.ts';

/** Identity has failed several times in a row: without a token no call is made, so no circuit of the ledger knows of it. */
interface IdentityOutage {
  /** For the operator; holds no secret. */
  readonly detail: string;
  /** When it is asked again. */
  readonly untilMs: number;
}

interface IdentityOutageOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly subscription: string;
}

/** One consistent read of the token's item; the token in it stays sealed. Undefined while identity answers. */
async function readIdentityOutage(options: IdentityOutageOptions): Promise<IdentityOutage | undefined> {
  const { client, tableName, subscription } = options;
  const item = createVersionedItem({ client, tableName, pk: `token#${subscription}`, versionAttribute: 'version' });
  const { trouble, notBeforeMs } = decodeTokenItem(await item.read());
  const isDown = trouble?.kind === 'unavailable' && trouble.count >= FAILURES_TO_BE_DOWN;
  return isDown ? { detail: trouble.detail, untilMs: notBeforeMs } : undefined;
}

export type { IdentityOutage };
export { readIdentityOutage };
