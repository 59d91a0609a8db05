import type { Message, MessageRecord } from '../../message/message.ts';
import type { WorkItem } from '../work-item.ts';

/**
 * What isolation tells apart: a record of a message that is isolated by record, else the whole message. No part of a
 * call divides a unit.
 */
type Unit = Message | MessageRecord;

function unitOf({ message, record }: WorkItem): Unit {
  return message.isolatedBy === 'record' && record !== undefined ? record : message;
}

/** The items of each unit, in order. */
function unitsOf(items: readonly WorkItem[]): readonly (readonly WorkItem[])[] {
  const units = new Map<Unit, WorkItem[]>();
  for (const item of items) {
    const unit = unitOf(item);
    const own = units.get(unit);
    if (own === undefined) units.set(unit, [item]);
    else own.push(item);
  }
  return [...units.values()];
}

function countUnits(items: readonly WorkItem[]): number {
  return new Set(items.map(unitOf)).size;
}

/** The items of each message, in order. */
function messageGroups(items: readonly WorkItem[]): readonly (readonly WorkItem[])[] {
  const messages = [...new Set(items.map(({ message }) => message))];
  return messages.map((message) => items.filter((item) => item.message === message));
}

export type { Unit };
export { countUnits, messageGroups, unitOf, unitsOf };
