import type { TokenAnswer } from '../../access-token/token-keeper.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/** The wait of messages that cannot be sent for want of a token. Refused credentials stop the line for every worker. */
async function withoutToken(
  answer: Exclude<TokenAnswer, { kind: 'token' }>,
  { ledger, log }: Pick<DeliveryDeps, 'ledger' | 'log'>,
): Promise<RequeueOutcome & { readonly code: WaitCode }> {
  if (answer.kind === 'unavailable') {
    return { kind: 'requeue', reason: 'wait', code: 'noToken', delayMs: answer.retryAfterMs };
  }
  await ledger.credentialsRefused(answer.detail).catch((error: unknown) => {
    // The next worker that is refused tries again.
    log.error('the ledger cannot be reached, so refused credentials do not stop the line yet', {
      error: String(error),
    });
  });
  const delayMs = DELIVERY_POLICY.stoppedLineWaitMs;
  return { kind: 'requeue', reason: 'wait', code: 'credentialsRefused', delayMs };
}

export { withoutToken };
