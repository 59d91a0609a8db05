import { describe, expect, it } from 'vitest';
import { serialise } from '../../lib/dead-letter/serialise.ts';
import { createMemorySendOnce, done, json, LOST, type SentCall, World } from './harness.ts';

const REVERSIBLE = ['*', '!delete*', '!merge*'];
const UPSERT = {
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input: [{ email: 'ada@example.com' }] },
};
const DELETION = { id: 'gone', path: '/rest/v1/leads/delete.json', body: { input: [{ id: 7 }, { id: 8 }] } };
const MERGE = { id: 'one', path: '/rest/v1/leads/7/merge.json', method: 'POST', query: { leadId: 8 } };

const MERGED = json({ requestId: 'e42b#14272d07d78', success: true });

function pathsOf(calls: readonly SentCall[]): readonly string[] {
  return calls.map(({ request }) => new URL(request.url).pathname);
}

describe('an operation that is not allowed', () => {
  it('becomes a dead letter that names the setting, without a call; its neighbours are delivered', async () => {
    const world = new World({ script: (call) => done(call.input), allowedOperations: REVERSIBLE });

    const { letters, calls, unsettled } = await world.deliver(world.messages([DELETION, UPSERT]));

    expect(unsettled.size).toBe(0);
    expect(pathsOf(calls)).toEqual([UPSERT.path]);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({
      relayId: 'gone',
      operation: 'deleteLeads',
      failure: {
        code: 'operationNotAllowed',
        message: 'deleteLeads is not allowed: allowedOperations is *,!delete*,!merge*',
        attempts: 0,
        outcomeUnknown: false,
      },
    });
    expect(letters[0]?.message.body).toEqual(DELETION);
  });

  it('is made when its letter is put back and the setting allows it', async () => {
    const before = new World({ script: (call) => done(call.input), allowedOperations: REVERSIBLE });
    const { letters } = await before.deliver(before.messages([DELETION]));
    const after = new World({ script: (call) => done(call.input), allowedOperations: ['*'] });

    const { calls } = await after.deliver(after.messages(letters.map(serialise)));

    expect(pathsOf(calls)).toEqual([DELETION.path]);
  });

  it('leaves no trace that it had been sent: put back, it is', async () => {
    const sendOnce = createMemorySendOnce(() => 0);
    const before = new World({ script: () => MERGED, sendOnce, allowedOperations: REVERSIBLE });
    const { letters } = await before.deliver(before.messages([MERGE]));
    expect(letters[0]?.failure).toMatchObject({ code: 'operationNotAllowed', outcomeUnknown: false });
    const after = new World({ script: () => MERGED, sendOnce });

    const { calls, letters: others } = await after.deliver(after.messages(letters.map(serialise)));

    expect(others).toEqual([]);
    expect(calls).toHaveLength(1);
  });

  it('is not said to be unsent where an earlier copy was sent and nobody knows how that ended', async () => {
    const sendOnce = createMemorySendOnce(() => 0);
    const before = new World({ script: () => LOST, sendOnce });
    await before.deliver(before.messages([MERGE]));
    const after = new World({ script: () => MERGED, sendOnce, allowedOperations: REVERSIBLE });

    const { letters, calls } = await after.deliver(after.messages([MERGE]));

    expect(calls).toEqual([]);
    expect(letters[0]?.failure).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: true });
  });
});
