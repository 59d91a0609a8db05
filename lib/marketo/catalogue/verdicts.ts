import type { VerdictRule } from './types.ts';

/** The verdicts that rows share, so that a row reads as one word. */
const DELIVERED = { kind: 'delivered' } as const satisfies VerdictRule;
const WAIT_WINDOW = { kind: 'wait', limit: 'window' } as const satisfies VerdictRule;
const WAIT_SLOT = { kind: 'wait', limit: 'slot' } as const satisfies VerdictRule;
const WAIT_DAY = { kind: 'wait', limit: 'day' } as const satisfies VerdictRule;
const RETRY_GROWING = { kind: 'retry', pace: 'growing' } as const satisfies VerdictRule;
const RETRY_LONG = { kind: 'retry', pace: 'long' } as const satisfies VerdictRule;
/** For faults that either pass within seconds or not at all. */
const RETRY_SOON_TWICE = { kind: 'retry', pace: 'soon', maxAttempts: 2 } as const satisfies VerdictRule;
const REAUTHENTICATE = { kind: 'reauthenticate' } as const satisfies VerdictRule;
const RESHAPE_HALVE = { kind: 'reshape', how: 'halve' } as const satisfies VerdictRule;
const RESHAPE_POST_AS_GET = { kind: 'reshape', how: 'postAsGet' } as const satisfies VerdictRule;
const ISOLATE = { kind: 'isolate' } as const satisfies VerdictRule;
const REJECT = { kind: 'reject' } as const satisfies VerdictRule;
const STOP = { kind: 'stop' } as const satisfies VerdictRule;

export {
  DELIVERED,
  ISOLATE,
  REAUTHENTICATE,
  REJECT,
  RESHAPE_HALVE,
  RESHAPE_POST_AS_GET,
  RETRY_GROWING,
  RETRY_LONG,
  RETRY_SOON_TWICE,
  STOP,
  WAIT_DAY,
  WAIT_SLOT,
  WAIT_WINDOW,
};
