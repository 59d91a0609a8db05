import type { Endpoint } from '../../marketo/endpoints/types.ts';

/** How long a request may be on its way to Marketo, and a reply on its way back. */
const NETWORK_MARGIN_MS = 10_000;

/**
 * How long after the send Marketo can still be busy with a call: it gives up by itself after the endpoint's timeout, which
 * begins when the request arrives. Slot and keys stay taken for so long when the worker that made the call is gone.
 */
function longestCallMs({ serverTimeoutSeconds }: Endpoint): number {
  return serverTimeoutSeconds * 1_000 + NETWORK_MARGIN_MS;
}

export { longestCallMs };
