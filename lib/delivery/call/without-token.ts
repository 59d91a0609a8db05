import type { TokenAnswer } from '../../access-token/token-keeper.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/** The wait of messages that cannot be sent for want of a token. What an operator must mend stops the line for everybody. */
async function withoutToken(
  answer: Exclude<TokenAnswer, { kind: 'token' }>,
  { ledger, log, random, observe, clock }: Pick<DeliveryDeps, 'ledger' | 'log' | 'random' | 'observe' | 'clock'>,
): Promise<RequeueOutcome & { readonly code: WaitCode }> {
  const delayMs = answer.retryAfterMs * (1 + random() * DELIVERY_POLICY.stoppedWaitJitterShare);
  if (answer.kind === 'unavailable') {
    // No circuit knows of it, since no call was made: an outage that takes identity too must not be silent.
    if (answer.isIdentityDown) {
      observe({ kind: 'lineStopped', reason: 'transientFailures', untilMs: clock.nowMs() + answer.retryAfterMs });
    }
    return { kind: 'requeue', reason: 'wait', code: 'noToken', delayMs };
  }
  await ledger.tokenUnobtainable(answer.reason, answer.detail).catch((error: unknown) => {
    // The next worker that is refused tries again.
    log.error('the ledger cannot be reached, so refused credentials do not stop the line yet', {
      error: String(error),
    });
  });
  return { kind: 'requeue', reason: 'wait', code: 'credentialsRefused', delayMs };
}

export { withoutToken };
