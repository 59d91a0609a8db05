import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

interface Expressions {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

/**
 * As much of DynamoDB as the relay speaks: items by `pk`, consistent reads, writes under conditions, updates by path.
 * An expression that it does not understand is an error, and never a silent success.
 */
class ModelTable {
  readonly items = new Map<string, Item>();

  /** Executes one request, all or nothing. Throws what DynamoDB throws. */
  execute(command: unknown): { Item?: Item; Attributes?: Item; Responses?: Record<string, readonly Item[]> } {
    if (command instanceof GetItemCommand) {
      const item = this.items.get(pkOf(command.input.Key));
      return item === undefined ? {} : { Item: item };
    }
    if (command instanceof BatchGetItemCommand) {
      const tables = Object.entries(command.input.RequestItems ?? {});
      const itemsOf = (keys: readonly Item[]) => keys.map((key) => this.items.get(pkOf(key)));
      const found = tables.map(([name, { Keys = [] }]) => [name, itemsOf(Keys).filter((item) => item !== undefined)]);
      return { Responses: Object.fromEntries(found) as Record<string, readonly Item[]> };
    }
    if (command instanceof PutItemCommand) {
      const pk = pkOf(command.input.Item);
      this.#check(pk, command.input);
      this.items.set(pk, command.input.Item ?? {});
      return {};
    }
    if (command instanceof UpdateItemCommand) {
      const pk = pkOf(command.input.Key);
      this.#check(pk, command.input);
      const item = this.items.get(pk) ?? { ...command.input.Key };
      const updated = update(item, command.input.UpdateExpression ?? '', command.input);
      this.items.set(pk, updated);
      return command.input.ReturnValues === 'ALL_NEW' ? { Attributes: updated } : {};
    }
    if (command instanceof DeleteItemCommand) {
      const pk = pkOf(command.input.Key);
      this.#check(pk, command.input);
      this.items.delete(pk);
      return {};
    }
    throw new Error(`the model of DynamoDB does not know ${String(command?.constructor.name)}`);
  }

  #check(pk: string, input: Expressions & { ReturnValuesOnConditionCheckFailure?: string | undefined }): void {
    const item = this.items.get(pk);
    if (holds(item, input)) return;
    const returned = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && item !== undefined;
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(returned && { Item: item }),
    });
  }
}

function pkOf(item: Item | undefined): string {
  const pk = item?.pk?.S;
  if (pk === undefined) throw new Error('a request without pk');
  return pk;
}

/** `a OR b`, each `attribute_not_exists(x)`, `attribute_exists(x)` or `x = :value`. */
function holds(item: Item | undefined, input: Expressions): boolean {
  const condition = input.ConditionExpression;
  if (condition === undefined) return true;
  return condition.split(' OR ').some((clause) => {
    const test = /^(attribute_not_exists|attribute_exists)\(([#\w]+)\)$/.exec(clause);
    if (test !== null) {
      const exists = item?.[nameOf(test[2] ?? '', input)] !== undefined;
      return test[1] === 'attribute_exists' ? exists : !exists;
    }
    const equals = /^([#\w]+) = (:\w+)$/.exec(clause);
    if (equals === null) throw new Error(`the model of DynamoDB does not understand the condition ${clause}`);
    const value = item?.[nameOf(equals[1] ?? '', input)];
    return value !== undefined && JSON.stringify(value) === JSON.stringify(valueAt(equals[2] ?? '', input));
  });
}

function nameOf(placeholder: string, input: Expressions): string {
  return placeholder.startsWith('#') ? (input.ExpressionAttributeNames?.[placeholder] ?? '') : placeholder;
}

function valueAt(placeholder: string, input: Expressions): AttributeValue {
  const value = input.ExpressionAttributeValues?.[placeholder];
  if (value === undefined) throw new Error(`no value for ${placeholder}`);
  return value;
}

/** `SET a = :v, b.c = :w REMOVE d, e.f`; paths of one or two names. */
function update(old: Item, expression: string, input: Expressions): Item {
  const parts = /^(?:SET (.*?))?(?:\s*REMOVE (.*))?$/s.exec(expression.trim());
  if (parts === null) throw new Error(`the model of DynamoDB does not understand the update ${expression}`);
  const item: Item = { ...old };
  const copied = new Set<string>();
  const at = (path: string): { map: Record<string, AttributeValue>; name: string } => {
    const [first = '', second] = path.split('.').map((name) => nameOf(name.trim(), input));
    if (second === undefined) return { map: item, name: first };
    const map = item[first]?.M;
    if (map === undefined) throw new Error(`ValidationException: no map at ${first}`);
    if (!copied.has(first)) {
      copied.add(first);
      item[first] = { M: { ...map } };
    }
    return { map: item[first]?.M ?? {}, name: second };
  };
  for (const set of parts[1]?.split(', ') ?? []) {
    const [path = '', placeholder = ''] = set.split(' = ');
    const { map, name } = at(path);
    map[name] = valueAt(placeholder, input);
  }
  for (const path of parts[2]?.split(', ') ?? []) {
    const { map, name } = at(path);
    delete map[name];
  }
  return item;
}

export { ModelTable };
