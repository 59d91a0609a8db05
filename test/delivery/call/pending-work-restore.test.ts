import { describe, expect, it } from 'vitest';
import { createPendingWork } from '../../../lib/delivery/call/pending-work.ts';
import { type Outcome, sameOutcome } from '../../../lib/delivery/outcome.ts';
import type { Call, WorkItem } from '../../../lib/delivery/work-item.ts';
import { messageOf } from '../fixtures.ts';

const REQUEUED: Outcome = { kind: 'requeue', reason: 'retry', code: '713', delayMs: 1_000 };

const lead = (email: string, id: string) =>
  messageOf({ method: 'POST', path: '/rest/v1/leads.json', body: { input: [{ email }] } }, id);

describe('items that are put back into the work list', () => {
  it('stand where they were, whoever stands for them', () => {
    const work = createPendingWork([lead('a@x.test', '1'), lead('b@x.test', '2'), lead('c@x.test', '3')]);
    const [first, second, third] = work.places().pending;
    work.withdraw((item) => item === second);
    const successor: WorkItem = { ...(second as WorkItem), stripped: ['x'] };
    work.restore(new Map([[second as WorkItem, successor]]));
    expect(work.places().pending).toEqual([first, successor, third]);
    expect(work.places().withdrawn).toEqual([]);
    work.decide(sameOutcome([successor], { kind: 'delivered' }));
    expect([...work.outcomesOf((second as WorkItem).message).keys()]).toEqual([successor]);
  });

  it('go back to the queue behind an earlier one of their key that has gone back meanwhile', () => {
    const work = createPendingWork([lead('a@x.test', '1'), lead('a@x.test', '2'), lead('a@x.test', '3')]);
    const [first, second, third] = work.places().pending as [WorkItem, WorkItem, WorkItem];
    work.withdraw((item) => item === second || item === third);
    work.withdraw((item) => item === first);
    work.decide(sameOutcome([first], REQUEUED));
    work.restore(new Map([[second, second]]));
    work.restore(new Map([[third, third]]));
    expect(work.places().pending).toEqual([]);
    expect(work.outcomes().get(second)).toMatchObject({ kind: 'requeue', code: 'order' });
    expect(work.outcomes().get(third)).toMatchObject({ kind: 'requeue', code: 'order' });
  });

  it('are sent before a later one of their key that has gone back', () => {
    const work = createPendingWork([lead('a@x.test', '1'), lead('a@x.test', '2')]);
    const [first, second] = work.places().pending as [WorkItem, WorkItem];
    work.withdraw(() => true);
    work.decide(sameOutcome([second], REQUEUED));
    work.restore(new Map([[first, first]]));
    expect(work.places().pending).toEqual([first]);
  });
});

describe('items that are taken out of a call which was to be made again', () => {
  it('go back with what is known from it', () => {
    const work = createPendingWork([lead('a@x.test', '1')]);
    const [call] = work.startable();
    const started = work.start(call as Call);
    work.end(started, { kind: 'replaced', outcomes: new Map(), calls: [{ ...started, tokenTries: 1 }] });

    const withdrawn = work.withdraw(() => true);
    work.decide(sameOutcome(withdrawn, { kind: 'requeue', reason: 'wait', code: 'operationPaused', delayMs: 1_000 }));

    expect([...work.outcomes().values()]).toMatchObject([{ code: 'operationPaused', tokenTries: 1 }]);
  });
});
