import type { VerdictRule } from '../../marketo/catalogue/types.ts';
import type { Random } from '../../ports.ts';
import { MAX_DELAY_SECONDS } from '../../settings/policy.ts';
import { DELIVERY_POLICY } from '../policy.ts';

type Pace = Extract<VerdictRule, { kind: 'retry' }>['pace'];

/** Beyond so many doublings every pace has reached its longest delay. */
const MAX_DOUBLINGS = 20;

/**
 * How long after its `attempt`th failure (from 1) a message is tried again, in milliseconds: doubling, with up to 30 %
 * on top so that messages that failed together do not return together. Never less than the doubled base.
 */
function retryDelayMs(pace: Pace, attempt: number, random: Random): number {
  const { firstSeconds, maxSeconds } = DELIVERY_POLICY.retryPaces[pace];
  const base = Math.min(maxSeconds, firstSeconds * 2 ** Math.min(attempt - 1, MAX_DOUBLINGS));
  return base * 1000 * (1 + random() * DELIVERY_POLICY.retryJitterShare);
}

/** Whole seconds that SQS takes, never shorter than promised except by SQS's own limit. */
function toDelaySeconds(delayMs: number): number {
  return Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1000)));
}

export type { Pace };
export { retryDelayMs, toDelaySeconds };
