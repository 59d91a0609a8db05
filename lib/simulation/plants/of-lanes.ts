import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { decodeLanes, encodeLanes } from '../../aws/ledger-lanes-codec.ts';
import type { ComposedDelivery } from '../../runtime/compose.ts';
import type { PlantedBug } from './planted-bug.ts';

type Item = Record<string, AttributeValue>;
type Send = (command: unknown) => Promise<{ Item?: Item }>;

/** The ledger's item as one reads it who never learns of the backfill's last call. */
function withoutLastStart(item: Item): Item {
  const lanes = item.lanes?.B && decodeLanes(item.lanes.B);
  return lanes ? { ...item, lanes: { B: encodeLanes({ ...lanes, backfillStartMs: 0 }) } } : item;
}

function forgettingLastStart(client: DynamoDBClient): DynamoDBClient {
  const send: Send = client.send.bind(client) as never;
  const forgetting: Send = async (command) => {
    const reply = await send(command);
    return reply.Item === undefined ? reply : { ...reply, Item: withoutLastStart(reply.Item) };
  };
  return { send: forgetting } as unknown as DynamoDBClient;
}

/** Bugs of a relay with two queues. */
const BUGS_OF_LANES: readonly PlantedBug[] = [
  {
    what: 'asks for the permits of a backfill as if its messages were live',
    finds: 'liveFirst',
    deps: (deps) => {
      const { backfill, ...live } = deps as ComposedDelivery;
      return backfill === undefined
        ? deps
        : ({ ...live, backfill: { ...backfill, deps: { ...backfill.deps, lane: 'live' } } } as ComposedDelivery);
    },
  },
  {
    what: 'takes each call of a backfill for its first in a window',
    finds: 'liveFirst',
    platform: (platform) => ({ ...platform, dynamoDb: forgettingLastStart(platform.dynamoDb) }),
  },
  {
    what: 'puts what a backfill has to try again on the live queue',
    finds: 'laneKept',
    deps: (deps) => {
      const { backfill, ...live } = deps as ComposedDelivery;
      return backfill === undefined
        ? deps
        : ({ ...live, backfill: { ...backfill, deps: { ...backfill.deps, queue: live.queue } } } as ComposedDelivery);
    },
  },
];

export { BUGS_OF_LANES };
