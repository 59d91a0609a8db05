import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/delivery/outcome.ts';
import { retryMessageOf } from '../../../lib/delivery/settle/retry-message.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import { decodeRelayState } from '../../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../../lib/message/relay-state.ts';
import { messageOf } from '../fixtures.ts';
import { leads } from '../harness.ts';
import { NOW_MS } from '../intake/fixtures.ts';

type Again = Extract<Outcome, { kind: 'requeue' }>;

const wait = (code = 'window'): Again => ({ kind: 'requeue', reason: 'wait', code, delayMs: 0 });
const retry = (code = '713'): Again => ({ kind: 'requeue', reason: 'retry', code, delayMs: 0 });

function stateAfter(outcomes: readonly Again[], state: Partial<RelayState> = {}, isPartial = false) {
  const message = messageOf(leads(...outcomes.map((_, index) => `${index}@x.test`)), 'm', state);
  const requeued = toWorkItems(message).map((item, index) => [item, outcomes[index] ?? wait()] as const);
  const copy = retryMessageOf({ message, requeued, isPartial, delaySeconds: 3, nowMs: NOW_MS });
  return decodeRelayState(copy.attributes, NOW_MS);
}

describe('what a copy remembers', () => {
  it('is the code of the failure, though others merely wait', () => {
    expect(stateAfter([wait('slots'), retry('611'), retry('713')])).toMatchObject({
      attempts: 1,
      lastCode: '611',
      history: [{ atMs: NOW_MS, code: '611' }],
    });
  });

  it('has no time of a failure while there was none', () => {
    const state = stateAfter([wait('slots'), wait('window')]);

    expect(state).toMatchObject({ attempts: 0, lastCode: 'slots', history: [] });
    expect(state).not.toHaveProperty('firstFailedMs');
    expect(state).not.toHaveProperty('shareAtMost');
  });

  it('is where its records stand in the original only once some of them are gone', () => {
    expect(stateAfter([retry(), retry()])).not.toHaveProperty('positions');
    expect(stateAfter([retry(), retry()], { positions: [3, 8], part: 2 })).toMatchObject({
      positions: [3, 8],
      part: 2,
    });
    expect(stateAfter([retry(), retry()], { positions: [3, 8], part: 2 }, true)).toMatchObject({ part: 3 });
  });

  it('holds no suspicion once a call was made of it, and all of it while it only waits', () => {
    const suspect = { group: 1, diedAlone: 1 };
    expect(stateAfter([wait()], suspect)).toMatchObject(suspect);
    const state = stateAfter([retry()], suspect);
    expect(state).not.toHaveProperty('group');
    expect(state).not.toHaveProperty('diedAlone');
  });

  it('of a message without records is all but positions', () => {
    const merge = { path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } };
    const message = messageOf(merge, 'm', { attempts: 1, history: [{ atMs: NOW_MS - 9, code: '611' }] });
    const requeued = toWorkItems(message).map((item) => [item, retry()] as const);

    const copy = retryMessageOf({ message, requeued, isPartial: false, delaySeconds: 3, nowMs: NOW_MS });
    const state = decodeRelayState(copy.attributes, NOW_MS);

    expect([copy.body, copy.delaySeconds]).toEqual([message.originalBody, 3]);
    expect(state).toMatchObject({
      attempts: 2,
      history: [
        { atMs: NOW_MS - 9, code: '611' },
        { atMs: NOW_MS, code: '713' },
      ],
    });
    expect(state).not.toHaveProperty('positions');
  });
});
