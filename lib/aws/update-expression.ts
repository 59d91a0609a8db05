import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** The parts of an update, each name and value behind a placeholder: no attribute can be one of DynamoDB's words. */
interface UpdateExpression {
  /** @param path names from the item down, such as `['slots', 'a-0']` */
  set(path: readonly string[], value: AttributeValue): void;
  remove(path: readonly string[]): void;
  /** What `UpdateItem` takes. DynamoDB refuses an empty expression. */
  parts(): {
    readonly UpdateExpression: string;
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
}

function createUpdateExpression(): UpdateExpression {
  const placeholders = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  const sets: string[] = [];
  const removes: string[] = [];

  function placeholderOf(attribute: string): string {
    const placeholder = placeholders.get(attribute) ?? `#n${placeholders.size}`;
    placeholders.set(attribute, placeholder);
    return placeholder;
  }

  const pathOf = (path: readonly string[]): string => path.map(placeholderOf).join('.');

  return {
    set(path, value) {
      const placeholder = `:v${sets.length}`;
      values[placeholder] = value;
      sets.push(`${pathOf(path)} = ${placeholder}`);
    },
    remove(path) {
      removes.push(pathOf(path));
    },
    parts() {
      const clauses = [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
      ];
      return {
        UpdateExpression: clauses.join(' '),
        ExpressionAttributeNames: Object.fromEntries(
          [...placeholders].map(([attribute, placeholder]) => [placeholder, attribute]),
        ),
        ...(sets.length > 0 && { ExpressionAttributeValues: values }),
      };
    },
  };
}

export type { UpdateExpression };
export { createUpdateExpression };
