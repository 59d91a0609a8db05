import type { VerdictRule } from '../../marketo/catalogue/types.ts';
import type { Random } from '../../ports.ts';
import { MAX_DELAY_SECONDS } from '../../settings/policy.ts';

const JITTER_SHARE = 0.3;
const PACES = {
  growing: { firstSeconds: 5, mostSeconds: MAX_DELAY_SECONDS },
  long: { firstSeconds: 60, mostSeconds: MAX_DELAY_SECONDS },
  soon: { firstSeconds: 5, mostSeconds: 20 },
} as const;

type Pace = Extract<VerdictRule, { kind: 'retry' }>['pace'];

/**
 * How long after its `attempt`th failure (from 1) a message is tried again, in milliseconds: doubling, with up to 30 %
 * on top so that messages that failed together do not return together. Never less than the doubled base.
 */
function retryDelayMs(pace: Pace, attempt: number, random: Random): number {
  const { firstSeconds, mostSeconds } = PACES[pace];
  const base = Math.min(mostSeconds, firstSeconds * 2 ** Math.min(attempt - 1, 20));
  return base * 1000 * (1 + random() * JITTER_SHARE);
}

/** Whole seconds that SQS takes, never shorter than promised except by SQS's own limit. */
function toDelaySeconds(delayMs: number): number {
  return Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1000)));
}

export type { Pace };
export { retryDelayMs, toDelaySeconds };
