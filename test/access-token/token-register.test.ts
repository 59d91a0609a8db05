import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryTokenRegister } from '../../lib/access-token/memory-token-register.ts';
import type { TokenRegister } from '../../lib/access-token/token-register.ts';
import { EMPTY_TOKEN_STATE, fingerprintOf, type TokenState } from '../../lib/access-token/token-state.ts';
import { createDynamoDbTokenRegister } from '../../lib/aws/dynamodb-token.ts';
import { decodeTokenItem, encodeTokenItem } from '../../lib/aws/token-item.ts';
import type { Item } from '../../lib/aws/versioned-item.ts';
import { type LocalTable, startTable } from '../../lib/emulators/table.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { seededRandom } from './token-world.ts';

const T0 = Date.UTC(2027, 0, 31, 12);
const value = new Secret('tok-1:int');
const FULL: TokenState = {
  version: 1,
  token: {
    value,
    fingerprint: fingerprintOf(value),
    expiresAtMs: T0 + 3_599_123,
    firstGivenAtMs: T0 - 877,
    givenAtMs: T0 - 1,
  },
  refused: { fingerprint: 'aaaa', served: true, againAtMs: T0 + 7 },
  credentials: 'bbbb',
  lease: { holder: 'worker/1', endsAtMs: T0 + 30_000 },
  strikes: { count: 2, lastAtMs: T0 - 5 },
  spentAnswers: 1,
  notBeforeMs: T0 + 60_000,
  asksPaidUntilMs: T0 + 3_001,
  trouble: { kind: 'tokenRefused', detail: 'three times', count: 4 },
  pauses: { count: 3, lastUntilMs: T0 + 61_000 },
};

/** Secrets compare by identity, so by their text here. */
function plain(state: TokenState): unknown {
  return { ...state, token: state.token && { ...state.token, value: state.token.value.reveal() } };
}

let table: LocalTable;
const clients: DynamoDBClient[] = [];

function newClient(): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: table.url, region: 'us-east-1', credentials });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  table = await startTable();
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await table.stop();
});

let subscriptions = 0;
let seeds = 0;

function dynamoRegister(client = newClient(), subscription = `subscription-${++subscriptions}`): TokenRegister {
  return createDynamoDbTokenRegister({
    client,
    tableName: table.tableName,
    subscription,
    random: seededRandom(++seeds),
  });
}

describe.each([
  ['in memory', () => createMemoryTokenRegister()],
  ['in DynamoDB', () => dynamoRegister()],
])('a token register %s', (_name, create) => {
  it('is empty at first', async () => {
    expect(await create().read()).toEqual(EMPTY_TOKEN_STATE);
  });

  it('gives back what was stored, to the millisecond', async () => {
    const register = create();

    expect(await register.swap(FULL)).toEqual({ kind: 'swapped' });

    expect(plain(await register.read())).toEqual(plain(FULL));
  });

  it('forgets what the next version does not have', async () => {
    const register = create();
    await register.swap(FULL);

    await register.swap({ ...EMPTY_TOKEN_STATE, version: 2 });

    expect(await register.read()).toEqual({ ...EMPTY_TOKEN_STATE, version: 2 });
  });

  it('refuses a swap from an old version, and says what is stored', async () => {
    const register = create();
    await register.swap(FULL);
    await register.swap({ ...FULL, version: 2, spentAnswers: 9 });

    const first = await register.swap(FULL);
    const late = await register.swap({ ...FULL, version: 2 });

    for (const swap of [first, late]) {
      expect(swap).toMatchObject({ kind: 'conflict', state: { version: 2, spentAnswers: 9 } });
    }
  });

  it('lets exactly one of twenty writers through', async () => {
    const register = create();

    const swaps = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => register.swap({ ...FULL, spentAnswers: writer })),
    );

    const winners = swaps.flatMap((swap, writer) => (swap.kind === 'swapped' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect((await register.read()).spentAnswers).toBe(winners[0]);
  });
});

describe('the register in DynamoDB', () => {
  it.each([1, 2])('knows its own write again when the reply to it was lost (version %i)', async (version) => {
    const client = newClient();
    const register = dynamoRegister(client);
    if (version === 2) await register.swap(FULL);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const reply = await next(args);
        return context.commandName === 'PutItemCommand' ? next(args) : reply;
      },
      { step: 'deserialize', priority: 'low', name: 'sendTwice' },
    );

    const swap = await register.swap({ ...FULL, version });

    expect(swap).toEqual({ kind: 'swapped' });
  });

  it('takes another’s equal write for another’s', async () => {
    const client = newClient();
    const one = dynamoRegister(client, 'shared');
    const two = dynamoRegister(client, 'shared');
    await one.swap(FULL);

    expect(await two.swap(FULL)).toMatchObject({ kind: 'conflict' });
  });

  it('keeps subscriptions apart', async () => {
    const client = newClient();
    await dynamoRegister(client, 'one').swap(FULL);

    expect(await dynamoRegister(client, 'two').read()).toEqual(EMPTY_TOKEN_STATE);
  });

  it('needs no read when the failed condition brings the item', async () => {
    const mock = mockClient(DynamoDBClient);
    const stored: Item = { ...encodeTokenItem({ ...FULL, version: 7 }), writtenAs: { S: 'another' } };
    const failure = { message: 'no', $metadata: {}, Item: stored };
    mock.on(PutItemCommand).rejects(new ConditionalCheckFailedException(failure));

    const swap = await dynamoRegister(new DynamoDBClient({})).swap({ ...FULL, version: 7 });

    expect(swap).toMatchObject({ kind: 'conflict', state: { version: 7 } });
    expect(mock.commandCalls(GetItemCommand)).toHaveLength(0);
    mock.restore();
  });

  it('passes faults of the table on', async () => {
    const mock = mockClient(DynamoDBClient);
    mock.on(PutItemCommand).rejects(new Error('throttled'));

    await expect(dynamoRegister(new DynamoDBClient({})).swap(FULL)).rejects.toThrow('throttled');
    mock.restore();
  });

  it('is readable in the console', () => {
    expect(encodeTokenItem(FULL)).toMatchObject({
      tokenExpiresAt: { S: '2027-01-31T12:59:59.123Z' },
      trouble: { S: 'tokenRefused' },
      troubleDetail: { S: 'three times' },
      askAgainAt: { S: '2027-01-31T12:01:00.000Z' },
      fetchedBy: { S: 'worker/1' },
    });
  });

  it('refuses an item without a version, and reads whatever else is missing as absent', () => {
    expect(() => decodeTokenItem({ token: { S: 'tainted' } })).toThrow(/^(?!.*tainted).*no version/);
    expect(decodeTokenItem({ version: { N: '3' }, trouble: { S: 'odd' } })).toEqual({
      ...EMPTY_TOKEN_STATE,
      version: 3,
    });
  });
});
