import { tokenMark } from '../../access-token/token-state.ts';
import type { Evidence } from '../../ledger/ledger.ts';
import type { LastSuccess } from '../../ledger/state.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { DeliveryDeps } from '../deps.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { Deadline } from './call-timeout.ts';
import type { PermitReleases } from './permit-releases.ts';
import { askUsage, type UsageAnswer } from './usage-call.ts';

/**
 * What is known of Marketo's health, for one invocation. A call that failed may have failed of its own fault, or because
 * Marketo does not work; only other calls can tell. So this looks for one that succeeded since: among this worker's own,
 * then among all workers' (one read of the ledger), and where there is none it makes a health check: one call of the
 * usage endpoint, which belongs to no message.
 *
 * Bounds: calls that fail at the same time share one read and one check; two checks are 10 s apart. A check waits for its
 * permit, since without one a failure counts for nothing, and its message would be tried until it is too old. Never throws: what
 * cannot be found out counts as not known to work.
 */
interface Health {
  /** A call of this worker showed that Marketo works. */
  succeeded(token: Secret): void;
  /** Whether Marketo is known to work about the time at which a call was sent that failed: by any call but that one. */
  worksAbout(sentAtMs: number): Promise<boolean>;
  /** Makes a health check, unless one is under way, because a circuit waits for one. */
  check(): Promise<void>;
  /** What other calls say of the token of a call that was refused. */
  evidenceFor(token: Secret, sentAtMs: number): Promise<TokenEvidence>;
  /** Tries the token in a second, different request. */
  tryToken(token: Secret): Promise<TokenTrial>;
}

interface TokenEvidence {
  /** Another call with this token ended in success since. */
  readonly workedSince: boolean;
  /** Some call is known to have succeeded with it. */
  readonly served: boolean;
}

type TokenTrial =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly sentAtMs: number }
  /** It could not be tried, or the reply said nothing of the token. */
  | { readonly kind: 'unclear' };

interface PastCheck {
  readonly startedAtMs: number;
  readonly works: boolean;
}

function createHealth(deps: DeliveryDeps, releases: PermitReleases, deadline: Deadline): Health {
  const { clock, ledger, log } = deps;
  let own: LastSuccess | undefined;
  let reading: Promise<Evidence | undefined> | undefined;
  let checking: Promise<UsageAnswer> | undefined;
  let lastCheck: PastCheck | undefined;

  function succeeded(token: Secret): void {
    own = { atMs: clock.nowMs(), token: tokenMark(token) };
  }

  function evidence(): Promise<Evidence | undefined> {
    reading ??= ledger
      .evidence()
      .catch((error: unknown) => {
        log.warn("what other workers know of Marketo's health cannot be read", { error: String(error) });
        return undefined;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  /** One check for all that ask at the same time. */
  function ask(patienceMs: number = DELIVERY_POLICY.healthCheckPatienceMs): Promise<UsageAnswer> {
    const startedAtMs = clock.nowMs();
    checking ??= askUsage({ healthCheck: true, patienceMs }, deps, releases, deadline)
      .then((answer) => {
        const works = answer.kind === 'answered';
        if (answer.kind !== 'notMade') lastCheck = { startedAtMs, works };
        if (answer.kind === 'answered') succeeded(answer.token);
        return answer;
      })
      .finally(() => {
        checking = undefined;
      });
    return checking;
  }

  const ownSince = (sinceMs: number): boolean => own !== undefined && own.atMs >= sinceMs;

  async function worksAbout(failedSentAtMs: number): Promise<boolean> {
    const sinceMs = failedSentAtMs - DELIVERY_POLICY.successHoldsMs;
    if (ownSince(sinceMs)) return true;
    const known = await evidence();
    if (known?.lastSuccess !== undefined && known.lastSuccess.atMs >= sinceMs) return true;
    // Stopped, the line is tried by health checks when the ledger says so, not whenever a call fails.
    if (known === undefined || known.lineStop !== undefined) return ownSince(sinceMs);
    const isRecent = clock.nowMs() - (lastCheck?.startedAtMs ?? -Infinity) < DELIVERY_POLICY.successHoldsMs;
    if (!isRecent || lastCheck?.works === true) await ask(DELIVERY_POLICY.evidencePatienceMs);
    return ownSince(sinceMs);
  }

  return {
    succeeded,
    worksAbout,
    async check() {
      // One that waits for its permit may do so for long, and this is asked for where others wait.
      if (checking === undefined) await ask();
    },
    async evidenceFor(token, sentAtMs) {
      const mark = tokenMark(token);
      const successes = [own, (await evidence())?.lastSuccess].filter((one) => one?.token === mark);
      return {
        workedSince: successes.some((one) => (one?.atMs ?? -Infinity) >= sentAtMs),
        served: successes.length > 0,
      };
    },
    async tryToken(token) {
      const answer = await ask();
      if (answer.kind === 'notMade' || answer.token.reveal() !== token.reveal()) return { kind: 'unclear' };
      if (answer.kind === 'tokenRefused') return { kind: 'refused', sentAtMs: answer.sentAtMs };
      return answer.kind === 'answered' ? { kind: 'taken' } : { kind: 'unclear' };
    },
  };
}

export type { Health, TokenTrial };
export { createHealth };
