import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createOrderMarksTable } from '../../lib/aws/dynamodb-order-marks.ts';
import type { Mark } from '../../lib/delivery/order/order-marks.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { describeMarks, START_MS } from '../delivery/order/marks-contract.ts';
import { connect, createTable, TABLE } from '../ledger/support/dynamo-client.ts';
import { startEmbeddedDynamo } from '../ledger/support/embedded-dynamo.ts';

describeMarks('marks in embedded DynamoDB', async () => {
  const server = await startEmbeddedDynamo();
  const client = connect(server.url);
  await createTable(client);
  return {
    create: (clock) => createOrderMarksTable({ client, tableName: TABLE, subscription: 'acme', clock, log: silentLog }),
    close: async () => {
      client.destroy();
      await server.stop();
    },
  };
});

describeMarks('marks in the model of DynamoDB', async () => {
  const table = new ModelTable();
  const client = { send: async (command: unknown) => table.execute(command) } as unknown as DynamoDBClient;
  return {
    create: (clock) =>
      createOrderMarksTable({ client, tableName: 'table', subscription: 'acme', clock, log: silentLog }),
  };
});

const mark: Mark = {
  id: 'a',
  publishedAtMs: START_MS,
  place: 3,
  untilMs: START_MS + 60_000,
  dueMs: START_MS,
  isSet: false,
};
const clock = { nowMs: () => START_MS, sleep: async () => {} };

/** @param answer what each request is answered; undefined: as the table answers. */
function over(answer: (command: unknown, table: ModelTable) => unknown) {
  const table = new ModelTable();
  const sent: unknown[] = [];
  const send = async (command: unknown): Promise<unknown> => {
    sent.push(command);
    return answer(command, table) ?? table.execute(command);
  };
  const client = { send } as unknown as DynamoDBClient;
  const marks = createOrderMarksTable({ client, tableName: 'table', subscription: 'acme', clock, log: silentLog });
  return { marks, sent, table };
}

describe('the items of marks', () => {
  it('can be read in the console, hold no key in clear, and end by themselves', async () => {
    const { marks, table } = over(() => undefined);
    await marks.change(new Map([[255, { put: [mark], remove: ['b'] }]]));
    await marks.change(new Map([[7, { put: [], remove: ['b'] }]]));

    const item = table.items.get('order#acme#0000000000ff');
    expect(item).toEqual({
      pk: { S: 'order#acme#0000000000ff' },
      'mark:a': { S: '2027-01-01T00:00:00.000Z 3 2027-01-01T00:01:00.000Z 2027-01-01T00:00:00.000Z found' },
      expiresAt: { N: String(START_MS / 1_000 + 2 * 86_400) },
    });
    // An update makes an item where there was none.
    expect(table.items.get('order#acme#000000000007')).toHaveProperty('expiresAt');
  });

  it('asks again for what a request leaves unread, and throws when that does not end', async () => {
    let left = 1;
    const unread = (command: unknown): unknown => {
      const { RequestItems } = (command as { input: { RequestItems?: object } }).input;
      return RequestItems === undefined || left-- <= 0 ? undefined : { Responses: {}, UnprocessedKeys: RequestItems };
    };
    const { marks } = over(unread);
    await marks.change(new Map([[1, { put: [mark], remove: [] }]]));
    expect((await marks.read([1])).get(1)).toEqual([mark]);

    left = Number.POSITIVE_INFINITY;
    await expect(marks.read([1])).rejects.toThrow('the table leaves marks unread');
  });

  it('names the keys that were not written, and does not go on with a table that does not answer', async () => {
    const { marks, sent } = over((command) => {
      if (command instanceof UpdateItemCommand) throw new Error('throttled');
      return undefined;
    });
    const keys = Array.from({ length: 500 }, (_, key) => key);

    const failed = await marks.change(new Map(keys.map((key) => [key, { put: [mark], remove: [] }])));

    expect(failed.size).toBe(500);
    expect(sent.length).toBeLessThan(50);
  });

  it('takes no attribute that it cannot read for a mark', async () => {
    const { marks, table } = over(() => undefined);
    const pk = { S: 'order#acme#000000000001' };
    table.items.set(pk.S, { pk, 'mark:a': { S: 'of another relay' }, 'mark:b': { N: '1' }, note: { S: 'by hand' } });

    expect(await marks.read([1])).toEqual(new Map());
  });
});
