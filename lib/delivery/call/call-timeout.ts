import type { Endpoint } from '../../marketo/endpoints/types.ts';
import type { Clock } from '../../ports.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/**
 * How long after the send Marketo can still be busy with a call: it gives up by itself after the endpoint's timeout, which
 * begins when the request arrives. Slot and keys stay taken for so long when the worker that made the call is gone.
 */
function longestCallMs({ serverTimeoutSeconds }: Endpoint): number {
  return serverTimeoutSeconds * 1_000 + DELIVERY_POLICY.networkMarginMs;
}

/** The time that one invocation has for its calls. */
interface Deadline {
  /** From here on, what is left of the function's time belongs to settle. */
  readonly atMs: number;
  /** Whether a call that starts now ends in time, or has at least half of the invocation. */
  fits(longestMs: number): boolean;
  /** How long the reply of a call that is sent now is waited for. */
  timeoutMs(longestMs: number): number;
}

/** @param functionEndsAtMs when Lambda stops the function. */
function createDeadline(clock: Clock, functionEndsAtMs: number): Deadline {
  const atMs = functionEndsAtMs - DELIVERY_POLICY.settleReserveMs;
  const enoughMs = (atMs - clock.nowMs()) * DELIVERY_POLICY.enoughTimeShare;
  return {
    atMs,
    // A function too short for an endpoint must not starve its messages: half of its time is enough for most calls.
    fits: (longestMs) => atMs - clock.nowMs() >= Math.min(longestMs, enoughMs),
    // Longer than Marketo's own timeout, so that a call given up here is over there too; within the function's life.
    timeoutMs: (longestMs) => Math.max(DELIVERY_POLICY.minCallTimeoutMs, Math.min(longestMs, atMs - clock.nowMs())),
  };
}

export type { Deadline };
export { createDeadline, longestCallMs };
