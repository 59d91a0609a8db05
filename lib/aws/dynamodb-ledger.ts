import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LedgerRegister } from '../ledger/register.ts';
import { EMPTY_STATE, type LedgerState } from '../ledger/state.ts';
import { encodeRelease, encodeSlot } from './ledger-calls-codec.ts';
import { decodeItem, encodePlain, type Item, OPTIONAL_ATTRIBUTES } from './ledger-item.ts';

interface DynamoDbRegisterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Names the item; one for each Marketo subscription. */
  readonly subscription: string;
  /** For the readable attributes. */
  readonly limits: LedgerLimits;
}

/** Collects the parts of an update expression, with a placeholder for every name and value. */
class Update {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};
  readonly #sets: string[] = [];
  readonly #removes: string[] = [];
  readonly #nameOf = new Map<string, string>();

  name(attribute: string): string {
    const known = this.#nameOf.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#nameOf.size}`;
    this.#nameOf.set(attribute, placeholder);
    this.names[placeholder] = attribute;
    return placeholder;
  }

  path(...attributes: readonly string[]): string {
    return attributes.map((attribute) => this.name(attribute)).join('.');
  }

  value(value: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  set(path: string, value: AttributeValue): void {
    this.#sets.push(`${path} = ${this.value(value)}`);
  }

  remove(path: string): void {
    this.#removes.push(path);
  }

  expression(): string {
    const sets = this.#sets.length > 0 ? `SET ${this.#sets.join(', ')}` : '';
    const removes = this.#removes.length > 0 ? ` REMOVE ${this.#removes.join(', ')}` : '';
    return `${sets}${removes}`;
  }
}

/** The register in DynamoDB: one item, `pk` = `ledger#<subscription>`. */
function createDynamoDbRegister({ client, tableName, subscription, limits }: DynamoDbRegisterOptions): LedgerRegister {
  const key: Item = { pk: { S: `ledger#${subscription}` } };

  async function read(): Promise<LedgerState> {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
    );
    return decodeItem(item);
  }

  function put(to: LedgerState): PutItemCommand {
    const map = (entries: [string, AttributeValue][]): AttributeValue => ({ M: Object.fromEntries(entries) });
    const slots = Object.entries(to.slots);
    return new PutItemCommand({
      TableName: tableName,
      Item: {
        ...key,
        ...encodePlain(to, limits),
        slots: map(slots.map(([id, slot]) => [id, encodeSlot(slot)])),
        releases: map([]),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  }

  function update(from: LedgerState, to: LedgerState): UpdateItemCommand {
    const change = new Update();
    const plain = encodePlain(to, limits);
    for (const [name, value] of Object.entries(plain)) change.set(change.path(name), value);
    for (const name of OPTIONAL_ATTRIBUTES) if (plain[name] === undefined) change.remove(change.path(name));
    for (const [id, slot] of Object.entries(to.slots)) {
      if (from.slots[id] !== undefined) continue;
      change.set(change.path('slots', id), encodeSlot(slot));
    }
    for (const [id, end] of Object.entries(to.releases)) {
      if (from.releases[id] === undefined) change.set(change.path('releases', id), encodeRelease(end));
    }
    for (const id of Object.keys(from.slots)) if (to.slots[id] === undefined) change.remove(change.path('slots', id));
    for (const id of Object.keys(from.releases))
      if (to.releases[id] === undefined) change.remove(change.path('releases', id));
    return new UpdateItemCommand({
      TableName: tableName,
      Key: key,
      UpdateExpression: change.expression(),
      ConditionExpression: `${change.name('version')} = ${change.value({ N: String(from.version) })}`,
      ExpressionAttributeNames: change.names,
      ExpressionAttributeValues: change.values,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  }

  async function swap(from: LedgerState, to: LedgerState): Promise<boolean> {
    try {
      // Two sends, not one of either: the SDK's types do not unite the commands' outputs.
      if (from.version === 0) await client.send(put(to));
      else await client.send(update(from, to));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every emulator returns the item with the failed condition.
      const current = error.Item ? decodeItem(error.Item) : await read();
      const granted = Object.keys(to.slots).filter((id) => from.slots[id] === undefined);
      // The SDK resends a request whose reply was lost: slots that only this swap can have granted prove that it won.
      return granted.length > 0 && granted.every((id) => current.slots[id] !== undefined);
    }
  }

  async function recordReleases(ends: Parameters<LedgerRegister['recordReleases']>[0]): Promise<LedgerState> {
    const change = new Update();
    for (const [id, release] of Object.entries(ends)) change.set(change.path('releases', id), encodeRelease(release));
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: key,
          UpdateExpression: change.expression(),
          // Without an item there is no map to write to, and no slot to free: somebody has deleted it.
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: change.names,
          ExpressionAttributeValues: change.values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return decodeItem(Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return EMPTY_STATE;
    }
  }

  return { read, swap, recordReleases };
}

export type { DynamoDbRegisterOptions };
export { createDynamoDbRegister };
