import type { FaultEffect, FaultRule } from './faults.ts';
import type { Latency } from './options.ts';
import { seededRandom } from './random.ts';

/** How long a call takes at the fake. */
const LOCAL_LATENCY: Latency = { minMs: 60, maxMs: 320 };

const LEADS = '/rest/v1/leads.json';
const LISTS = /^\/rest\/v1\/lists\/\d+\/leads\.json$/;
const STATUSES = /^\/rest\/v1\/programs\/\d+\/members\/status\.json$/;

/**
 * A few faults that pass, as a day with Marketo brings them, for the run on one machine: each strikes once, at a call
 * that the seed chooses among the first ones. Calls without a clear outcome are kept to lists, whose server timeout is
 * the shortest (30 s), because they are not tried again before it; and one campaign request loses its reply for good,
 * which shows what becomes of a call that must not be repeated.
 */
function localFaults(seed: number): FaultRule[] {
  const random = seededRandom(seed);
  /** Lets at least `least` matching calls through, and at most two more. */
  const once = (least: number) => ({ after: least + Math.floor(random() * 3), times: 1, method: 'POST' });
  return [
    { ...once(1), path: LEADS, gives: failure('608', 'API Temporarily Unavailable') },
    { ...once(3), path: LEADS, gives: { kind: 'expireToken' } },
    { ...once(4), path: LEADS, gives: failure('611', 'System error') },
    { ...once(0), path: '/rest/v1/companies.json', gives: failure('604', 'Request timed out') },
    { ...once(0), path: '/rest/v1/customobjects/order_c.json', gives: failure('713', 'Transient Error') },
    { ...once(1), path: STATUSES, gives: failure('713', 'Transient Error') },
    { ...once(0), path: LISTS, gives: { kind: 'html', status: 502 } },
    { ...once(1), path: LISTS, gives: { kind: 'reset', when: 'after' } },
    { ...once(0), path: '/rest/v1/campaigns/7002/trigger.json', gives: { kind: 'reset', when: 'after' } },
    { probability: 0.03, times: 6, gives: { kind: 'latency', ms: 1500 } },
  ];
}

function failure(code: string, message: string): FaultEffect {
  return { kind: 'code', level: 'response', code, message };
}

export { LOCAL_LATENCY, localFaults };
