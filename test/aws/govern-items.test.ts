import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGovernMemory, createGovernPauseNotes } from '../../lib/aws/govern-items.ts';
import { createPauseNotes } from '../../lib/aws/pause-note.ts';
import type { GovernMemory, PauseNotes } from '../../lib/govern/govern.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';

const NOW_MS = Date.parse('2027-01-20T12:00:00Z');
const subscription = '123-abc-456.mktorest.com';

describe("govern's items", () => {
  let table: ModelTable;
  let repliesLost: boolean;
  let client: DynamoDBClient;
  let notes: PauseNotes;
  let memory: GovernMemory;

  beforeEach(() => {
    table = new ModelTable();
    repliesLost = false;
    const send = async (command: unknown): Promise<unknown> => {
      if (repliesLost) table.execute(command);
      return table.execute(command);
    };
    client = { send } as unknown as DynamoDBClient;
    notes = createGovernPauseNotes({ client, tableName: 'table', subscription });
    memory = createGovernMemory({ client, tableName: 'table', subscription });
  });

  it.each([false, true])('note a pause once, and take the note away (replies lost: %j)', async (lost) => {
    repliesLost = lost;
    expect(await notes.read()).toBeUndefined();
    expect(await notes.note('credentialsRefused', NOW_MS)).toBe(true);
    expect(await notes.read()).toEqual({ by: 'govern', who: 'govern', reason: 'credentialsRefused', sinceMs: NOW_MS });
    await notes.forget();
    expect(await notes.read()).toBeUndefined();
    await notes.forget();
  });

  it("are those that the command line reads, and leave a person's note alone", async () => {
    const ofPerson = createPauseNotes(client, 'table', subscription);
    await notes.note('daySpent', NOW_MS);
    expect(await ofPerson.read()).toMatchObject({ by: 'govern', reason: 'daySpent', sinceMs: NOW_MS });
    await ofPerson.write({ by: 'person', who: 'ann', reason: 'a migration', sinceMs: NOW_MS });
    expect(await notes.note('daySpent', NOW_MS)).toBe(false);
    await notes.forget();
    expect(await notes.read()).toEqual({ by: 'person', who: 'ann', reason: 'a migration', sinceMs: NOW_MS });
  });

  it('take a note without an author for a person’s', async () => {
    table.items.set(`pause#${subscription}`, { pk: { S: `pause#${subscription}` } });
    expect(await notes.read()).toEqual({ by: 'person', who: '', reason: '', sinceMs: 0 });
  });

  it('remember each thing by itself', async () => {
    expect(await memory.read()).toEqual({});
    await memory.rememberStop(undefined);
    await memory.rememberStop(NOW_MS);
    await memory.rememberDisabling(NOW_MS + 1);
    await memory.rememberQueued(NOW_MS + 2);
    expect(await memory.read()).toEqual({
      stoppedSinceMs: NOW_MS,
      disabledAtMs: NOW_MS + 1,
      queuedSinceMs: NOW_MS + 2,
    });
    await memory.rememberStop(undefined);
    await memory.rememberQueued(undefined);
    expect(await memory.read()).toEqual({ disabledAtMs: NOW_MS + 1 });
  });
});
