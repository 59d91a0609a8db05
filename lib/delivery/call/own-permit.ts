import type { Permit } from '../../ledger/ledger.ts';
import type { Lane } from '../../settings/lane.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Deadline } from './call-timeout.ts';

interface OwnPermitAsk {
  readonly operation: string;
  /** How long Marketo can be busy with the call, see `longestCallMs`. */
  readonly longestMs: number;
  /** A permit is waited for so long, as far as the invocation has time for the call. */
  readonly patienceMs: number;
  /** The call may be let through where others are not. */
  readonly healthCheck?: boolean;
  /** @default 'live' */
  readonly lane?: Lane | undefined;
}

/** A permit for a call that belongs to no message. Undefined when there is none in time for the call. */
async function ownPermit(
  { operation, longestMs, patienceMs, healthCheck, lane }: OwnPermitAsk,
  { clock, ledger }: Pick<DeliveryDeps, 'clock' | 'ledger'>,
  deadline: Deadline,
): Promise<Permit | undefined> {
  const endMs = Math.min(clock.nowMs() + patienceMs, deadline.atMs);
  const ask = {
    operation,
    keys: [],
    hasKeyless: true,
    callTimeoutMs: longestMs,
    ...(healthCheck && { healthCheck: true as const }),
    ...(lane && { lane }),
  };
  for (;;) {
    const [answer] = await ledger.acquire([ask]);
    if (answer?.kind === 'granted') return answer.permit;
    // Each wait is 50 ms at least, and near the time at which a place comes free.
    if (answer === undefined || clock.nowMs() + answer.waitMs >= endMs) return undefined;
    await clock.sleep(answer.waitMs);
    // Cut short by the function's end, it would look as if Marketo did not work.
    if (!deadline.fits(longestMs)) return undefined;
  }
}

export { ownPermit };
