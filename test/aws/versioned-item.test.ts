import { createServer } from 'node:http';
import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUpdateExpression } from '../../lib/aws/update-expression.ts';
import { createVersionedItem, type Item, newMark, since, type VersionedItem } from '../../lib/aws/versioned-item.ts';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';
import { connect, createTable, losingReplies, TABLE, withItemOnFailure } from '../ledger/support/dynamo-client.ts';
import { startEmbeddedDynamo } from '../ledger/support/embedded-dynamo.ts';
import { absence, startDynamoDbLocal } from '../second-tier/dynamodb-local.ts';

const version = (value: number): { N: string } => ({ N: String(value) });
const item = (value: number, by: string): Item => ({ version: version(value), by: { S: by } });
const writtenBy = (name: string) => (current: Item | undefined) => current?.by?.S === name;

describe.each([
  ['embedded DynamoDB, with the item on a failed condition', startEmbeddedDynamo, 'withItem', undefined],
  ['embedded DynamoDB, without it', startEmbeddedDynamo, 'withoutItem', undefined],
  ['DynamoDB Local', startDynamoDbLocal, undefined, absence()],
] as const)('a versioned item in %s', (_name, start, onFailure, reason) => {
  if (reason !== undefined) {
    it.skip(reason);
    return;
  }
  let server: { url: string; stop(): Promise<void> };
  let client: DynamoDBClient;
  let loseNextReply: () => void;
  const reads: object[] = [];
  let items = 0;
  const open = (pk = `item-${++items}`): VersionedItem =>
    createVersionedItem({ client, tableName: TABLE, pk, versionAttribute: 'version' });

  beforeAll(async () => {
    server = await start();
    client = connect(server.url);
    await createTable(client);
    if (onFailure !== undefined) withItemOnFailure(client, onFailure === 'withItem');
    loseNextReply = losingReplies(client).loseNext;
    client.middlewareStack.add(
      (next, context) => (args) => {
        if (context.commandName === 'GetItemCommand') reads.push(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'countReads' },
    );
  }, 60_000);
  afterAll(async () => {
    client?.destroy();
    await server?.stop();
  });

  it('is nothing at first, and then what was put', async () => {
    const one = open('first');

    expect(await one.read()).toBeUndefined();
    expect(await one.put(item(1, 'a'), { condition: since(undefined), wroteIt: writtenBy('a') })).toEqual({
      kind: 'written',
    });
    expect(await one.read()).toEqual({ pk: { S: 'first' }, ...item(1, 'a') });
  });

  it('is read with the newest that anybody has written', async () => {
    reads.length = 0;
    await open().read();

    expect(reads).toMatchObject([{ ConsistentRead: true }]);
  });

  it('tells a writer who has read nothing what somebody else has put there', async () => {
    const one = open();
    await one.put(item(1, 'a'), { condition: 'absent', wroteIt: writtenBy('a') });

    const late = await one.put(item(1, 'b'), { condition: 'absent', wroteIt: writtenBy('b') });

    expect(late).toMatchObject({ kind: 'conflict', current: item(1, 'a') });
    expect(await one.read()).toMatchObject(item(1, 'a'));
  });

  it.each(['put', 'update', 'remove'] as const)(
    'takes a %s on the version that was read, and no other',
    async (how) => {
      const one = open();
      await one.put(item(7, 'a'), { condition: 'absent', wroteIt: writtenBy('a') });
      const write = (seen: number, by: string) => {
        const guard = { condition: since(version(seen)), wroteIt: () => false };
        if (how === 'put') return one.put(item(seen + 1, by), guard);
        if (how === 'remove') return one.remove(guard);
        const change = createUpdateExpression();
        change.set(['version'], version(seen + 1));
        change.set(['by'], { S: by });
        return one.update(change, guard);
      };

      expect(await write(6, 'late')).toMatchObject({ kind: 'conflict', current: item(7, 'a') });
      expect(await write(7, 'b')).toEqual({ kind: 'written' });
      expect(await one.read()).toEqual(how === 'remove' ? undefined : expect.objectContaining(item(8, 'b')));
    },
  );

  it('lets exactly one of many writers of one version through', async () => {
    const one = open();
    await one.put(item(1, 'a'), { condition: 'absent', wroteIt: writtenBy('a') });

    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        one.put(item(2, `w${index}`), { condition: since(version(1)), wroteIt: writtenBy(`w${index}`) }),
      ),
    );

    const winners = results.flatMap(({ kind }, index) => (kind === 'written' ? [`w${index}`] : []));
    expect(winners).toHaveLength(1);
    expect((await one.read())?.by?.S).toBe(winners[0]);
  });

  it('knows a write again whose reply was lost and which the SDK sent twice', async () => {
    const one = open();

    loseNextReply();
    expect(await one.put(item(1, 'a'), { condition: 'absent', wroteIt: writtenBy('a') })).toEqual({ kind: 'written' });
    loseNextReply();
    expect(await one.put(item(2, 'b'), { condition: since(version(1)), wroteIt: writtenBy('b') })).toEqual({
      kind: 'written',
    });
    loseNextReply();
    const gone = (current: Item | undefined): boolean => current === undefined;
    expect(await one.remove({ condition: since(version(2)), wroteIt: gone })).toEqual({ kind: 'written' });
    expect(await one.read()).toBeUndefined();
  });

  it('does not write a second time over what others wrote between a write and its repetition', async () => {
    const one = open();
    await one.put(item(1, 'a'), { condition: 'absent', wroteIt: writtenBy('a') });
    const other = connect(server.url);
    const same = createVersionedItem({
      client: other,
      tableName: TABLE,
      pk: `item-${items}`,
      versionAttribute: 'version',
    });
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const reply = await next(args);
        if (context.commandName !== 'PutItemCommand') return reply;
        client.middlewareStack.remove('overtaken');
        await same.put(item(3, 'c'), { condition: since(version(2)), wroteIt: writtenBy('c') });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'overtaken' },
    );

    const result = await one.put(item(2, 'b'), { condition: since(version(1)), wroteIt: writtenBy('b') });
    other.destroy();

    expect(result).toMatchObject({ kind: 'conflict', current: item(3, 'c') });
    expect(await one.read()).toMatchObject(item(3, 'c'));
  });

  it('says so when somebody has deleted it', async () => {
    const one = open();
    const guard = { condition: since(version(1)), wroteIt: writtenBy('b') };

    expect(await one.put(item(2, 'b'), guard)).toEqual({ kind: 'conflict', current: undefined });
    const change = createUpdateExpression();
    change.set(['by'], { S: 'b' });
    expect(await one.update(change, { condition: 'present', wroteIt: () => false })).toEqual({
      kind: 'conflict',
      current: undefined,
    });
    expect(await one.read()).toBeUndefined();
  });

  it('is changed whatever its version, where no other write can contradict, and shown if asked for', async () => {
    const one = open();
    await one.put({ ...item(1, 'a'), map: { M: {} }, old: { S: 'x' } }, { condition: 'absent', wroteIt: () => false });
    const change = createUpdateExpression();
    change.set(['map', 'entry-1'], { S: 'value' });
    change.remove(['old']);

    const result = await one.update(change, { condition: 'present', wroteIt: () => false }, 'newItem');

    expect(result).toEqual({ kind: 'written', item: await one.read() });
    expect(result).toMatchObject({ item: { ...item(1, 'a'), map: { M: { 'entry-1': { S: 'value' } } } } });
    expect(result).not.toHaveProperty('item.old');
  });

  it('is read after a failed condition only where the table did not bring it along', async () => {
    const one = open();
    await one.put(item(1, 'a'), { condition: 'absent', wroteIt: writtenBy('a') });
    reads.length = 0;

    await one.put(item(1, 'b'), { condition: 'absent', wroteIt: writtenBy('b') });

    // The middleware that brings the item along reads it, once.
    expect(reads).toHaveLength(onFailure === undefined ? 0 : 1);
  });
});

describe('a versioned item in a table that does not answer', () => {
  it('throws from every method, and never takes silence for a conflict', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end());
    const client = connect(await listenOnLoopback(server));
    const one = createVersionedItem({ client, tableName: TABLE, pk: 'x', versionAttribute: 'version' });
    const write = { condition: 'absent', wroteIt: () => true } as const;
    const change = createUpdateExpression();
    change.set(['by'], { S: 'a' });

    const answers = await Promise.allSettled([
      one.read(),
      one.put({}, write),
      one.update(change, write),
      one.remove(write),
    ]);
    client.destroy();
    await closeServer(server);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  });

  it('throws when the condition failed and what stands in the way cannot be read', async () => {
    const failure = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    const send = async (command: unknown): Promise<never> => {
      throw command instanceof GetItemCommand ? new Error('no answer') : failure;
    };
    const client = { send } as unknown as DynamoDBClient;
    const one = createVersionedItem({ client, tableName: TABLE, pk: 'x', versionAttribute: 'version' });

    await expect(one.put({}, { condition: 'absent', wroteIt: () => true })).rejects.toThrow('no answer');
  });
});

describe('the mark of a write', () => {
  it('differs with the numbers that it is drawn from', () => {
    const numbers = [0.1, 0.2, 0.1, 0.3];
    const random = (): number => numbers.shift() ?? 0;

    expect(newMark(random)).not.toBe(newMark(random));
  });
});
