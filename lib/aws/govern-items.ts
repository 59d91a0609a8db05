import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { GovernMemory, PauseNotes } from '../govern/govern.ts';
import type { Memory } from '../govern/seen.ts';
import { decodePauseNote, encodePauseNote } from './pause-note.ts';
import { createUpdateExpression } from './update-expression.ts';
import { createVersionedItem, type Item } from './versioned-item.ts';

interface GovernItemsOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly subscription: string;
}

/**
 * The note `pause#<subscription>`: `by` (`person` or `govern`), `who`, `reason`, `since`. Who wrote it is the attribute that
 * decides: governing writes where there is none, and removes its own.
 */
function createGovernPauseNotes({ client, tableName, subscription }: GovernItemsOptions): PauseNotes {
  const item = createVersionedItem({ client, tableName, pk: `pause#${subscription}`, versionAttribute: 'by' });
  return {
    async read() {
      const found = await item.read();
      return found && decodePauseNote(found);
    },
    async note(reason, sinceMs) {
      const attributes = encodePauseNote({ by: 'govern', who: 'govern', reason, sinceMs });
      const wroteIt = (current: Item | undefined): boolean => current?.by?.S === 'govern';
      return (await item.put(attributes, { condition: 'absent', wroteIt })).kind === 'written';
    },
    async forget() {
      const wroteIt = (current: Item | undefined): boolean => current === undefined;
      await item.remove({ condition: { since: { S: 'govern' } }, wroteIt });
    },
  };
}

/** The item `govern#<subscription>`. */
function createGovernMemory({ client, tableName, subscription }: GovernItemsOptions): GovernMemory {
  const item = createVersionedItem({ client, tableName, pk: `govern#${subscription}`, versionAttribute: 'made' });

  async function change(name: string, ms: number | undefined): Promise<void> {
    const always = { wroteIt: () => false };
    const update = createUpdateExpression();
    if (ms === undefined) update.remove([name]);
    else update.set([name], time(ms));
    const { kind } = await item.update(update, { condition: 'present', ...always });
    if (kind === 'written' || ms === undefined) return;
    const first = await item.put({ [name]: time(ms) }, { condition: 'absent', ...always });
    // Another run was quicker: this one ends here, and the next finds both.
    if (first.kind === 'conflict') throw new Error(`the item govern#${subscription} is written by another run`);
  }

  return {
    async read() {
      const found = await item.read();
      return found === undefined ? {} : decodeMemory(found);
    },
    rememberStop: (sinceMs) => change('stoppedSince', sinceMs),
    rememberQueued: (sinceMs) => change('queuedSince', sinceMs),
    rememberDisabling: (atMs) => change('disabledAt', atMs),
  };
}

function decodeMemory(item: Item): Memory {
  const [stopped, disabled, queued] = [msOf(item.stoppedSince), msOf(item.disabledAt), msOf(item.queuedSince)];
  return {
    ...(stopped !== undefined && { stoppedSinceMs: stopped }),
    ...(disabled !== undefined && { disabledAtMs: disabled }),
    ...(queued !== undefined && { queuedSinceMs: queued }),
  };
}

function time(ms: number): { S: string } {
  return { S: new Date(ms).toISOString() };
}

function msOf(value: Item[string] | undefined): number | undefined {
  const ms = Date.parse(value?.S ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

export { createGovernMemory, createGovernPauseNotes };
