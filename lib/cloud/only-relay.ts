import { Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { ConfigurationError } from './configuration-error.ts';

/** By the app, the relays in it: the path of each by the address that it calls. */
const relays = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Each relay takes the whole of a subscription's limits for its own, so that two of them would pass the limits together, and
 * execute once each what is to be executed once. Addresses that only a deployment knows are not compared.
 *
 * @throws {ConfigurationError} when another relay of the app has the address.
 */
function requireOnlyRelay(relay: Construct, marketoBaseUrl: string): void {
  if (Token.isUnresolved(marketoBaseUrl)) return;
  const address = URL.canParse(marketoBaseUrl) ? new URL(marketoBaseUrl).origin : marketoBaseUrl;
  const known = relays.get(relay.node.root) ?? new Map<string, string>();
  relays.set(relay.node.root, known);
  const other = known.get(address);
  if (other !== undefined) {
    throw new ConfigurationError('The relay cannot be built', [
      `${relay.node.path} and ${other} have the marketoBaseUrl ${address}: a subscription's quota and window are one, and each relay ` +
        'would use all of them; leave this relay out and publish to the queue of the other (its grantPublish), or give it the ' +
        'address of another subscription',
    ]);
  }
  known.set(address, relay.node.path);
}

export { requireOnlyRelay };
