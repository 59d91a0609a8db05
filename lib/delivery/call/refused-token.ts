import type { Secret } from '../../marketo/secret.ts';
import { type Outcomes, sameOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { Call } from '../work-item.ts';
import type { Invocation } from './attempt.ts';
import { withoutToken } from './without-token.ts';

/**
 * - `again`: make the call once more, with whatever token is current then.
 * - `ownFault`: the token is good, so the refusal is the request's own: it is judged by its code.
 * - `decided`: there is no token, and the items wait.
 */
type AfterRefusal =
  | { readonly kind: 'again' }
  | { readonly kind: 'ownFault' }
  | { readonly kind: 'decided'; readonly outcomes: Outcomes };

/**
 * What follows a refused token (601, 602). One refusal says little: the request may be at fault, or a node of Marketo may
 * not know the token yet. Other calls tell; where there are none, a health check with the same token does. The states
 * are drawn in `lib/access-token/doc.ts`. It holds no permit meanwhile.
 */
async function afterRefusedToken(
  call: Call,
  refused: { readonly token: Secret; readonly sentAtMs: number },
  { deps, health }: Pick<Invocation, 'deps' | 'health'>,
): Promise<AfterRefusal> {
  const { token, sentAtMs } = refused;
  const evidence = await health.evidenceFor(token, sentAtMs);
  const isFirst = call.tokenTries === 0;
  if (isFirst || evidence.workedSince) {
    return concluded(await deps.tokens.replace(token, { sentAtMs, ...evidence, confirmed: false }));
  }
  const trial = await health.tryToken(token);
  if (trial.kind === 'taken') return { kind: 'ownFault' };
  const confirmed = trial.kind === 'refused';
  const since = confirmed ? trial.sentAtMs : sentAtMs;
  return concluded(await deps.tokens.replace(token, { sentAtMs: since, ...evidence, confirmed }));

  async function concluded(answer: Awaited<ReturnType<typeof deps.tokens.replace>>): Promise<AfterRefusal> {
    if (answer.kind === 'good') return { kind: 'ownFault' };
    if (answer.kind === 'token' || answer.kind === 'same') {
      return call.tokenTries < DELIVERY_POLICY.maxTokenTries ? { kind: 'again' } : { kind: 'ownFault' };
    }
    return { kind: 'decided', outcomes: sameOutcome(call.items, await withoutToken(answer, deps)) };
  }
}

export { afterRefusedToken };
