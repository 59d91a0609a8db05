import type { DeliveryDeps } from '../deps.ts';
import type { Deadline } from './call-timeout.ts';
import type { PermitReleases } from './permit-releases.ts';
import { askUsage } from './usage-call.ts';

/**
 * Asks Marketo now and then how many calls the day has seen, so that the ledger leaves out of the quota what other
 * integrations have used. It is one ordinary call with a permit of its own, and it is not made when there is no permit at
 * once. Never throws: nothing depends on it but the count.
 */
async function checkUsage(deps: DeliveryDeps, releases: PermitReleases, deadline: Deadline): Promise<void> {
  if (deps.ledger.usageDue()) await askUsage({ healthCheck: false, patienceMs: 0 }, deps, releases, deadline);
}

export { checkUsage };
