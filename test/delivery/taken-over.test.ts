import { describe, expect, it } from 'vitest';
import { createMemorySendOnce, failed, World } from './harness.ts';

const MERGE = { path: '/rest/v1/leads/7/merge.json', method: 'POST', query: { leadId: '8' }, id: 'merge-7' };
const rejects = () => failed('1004', 'Lead not found');

describe('a rejection of what may not be repeated', () => {
  it('is said to be of unknown outcome where another copy has taken the send-once record meanwhile', async () => {
    const table = createMemorySendOnce(() => 0);
    const world = new World({ script: rejects, sendOnce: { ...table, complete: async () => false } });

    const { letters } = await world.deliver(world.messages([MERGE]));

    expect(letters.map(({ failure }) => failure)).toMatchObject([{ code: '1004', outcomeUnknown: true }]);
  });

  it('is believed where none has', async () => {
    const world = new World({ script: rejects, sendOnce: createMemorySendOnce(() => 0) });

    const { letters } = await world.deliver(world.messages([MERGE]));

    expect(letters.map(({ failure }) => failure)).toMatchObject([{ code: '1004', outcomeUnknown: false }]);
  });
});
