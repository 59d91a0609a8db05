import { describe, expect, it } from 'vitest';
import { toItems } from '../../lib/delivery/item.ts';
import type { Outcome } from '../../lib/delivery/outcome.ts';
import { returnedCopy } from '../../lib/delivery/returned-copy.ts';
import { decodeRelayState } from '../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../lib/message/relay-state.ts';
import { NOW_MS } from '../message/intake-fixtures.ts';
import { messageOf } from './fixtures.ts';
import { leads } from './harness.ts';

type Again = Extract<Outcome, { kind: 'again' }>;

const wait = (code = 'window'): Again => ({ kind: 'again', reason: 'wait', code, delayMs: 0 });
const retry = (code = '713'): Again => ({ kind: 'again', reason: 'retry', code, delayMs: 0 });

function stateAfter(outcomes: readonly Again[], state: Partial<RelayState> = {}, isPartial = false) {
  const message = messageOf(leads(...outcomes.map((_, index) => `${index}@x.test`)), 'm', state);
  const again = toItems(message).map((item, index) => [item, outcomes[index] ?? wait()] as const);
  const copy = returnedCopy({ message, again, isPartial, delaySeconds: 3, nowMs: NOW_MS });
  return decodeRelayState(copy.attributes, NOW_MS);
}

describe('what a copy remembers', () => {
  it('is the code of the failure, though others merely wait', () => {
    expect(stateAfter([wait('seats'), retry('611'), retry('713')])).toMatchObject({
      attempts: 1,
      lastCode: '611',
      history: [{ atMs: NOW_MS, code: '611' }],
    });
  });

  it('has no time of a failure while there was none', () => {
    const state = stateAfter([wait('seats'), wait('window')]);

    expect(state).toMatchObject({ attempts: 0, lastCode: 'seats', history: [] });
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

  it('of a message without records is all but positions', () => {
    const merge = { path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } };
    const message = messageOf(merge, 'm', { attempts: 1, history: [{ atMs: NOW_MS - 9, code: '611' }] });
    const again = toItems(message).map((item) => [item, retry()] as const);

    const copy = returnedCopy({ message, again, isPartial: false, delaySeconds: 3, nowMs: NOW_MS });
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
