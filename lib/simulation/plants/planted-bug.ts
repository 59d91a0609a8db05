import type { DeliveryDeps } from '../../delivery/deps.ts';
import type { Ledger, Release } from '../../ledger/ledger.ts';
import type { OutgoingMessage } from '../../message/queue.ts';
import type { CheckName } from '../checks.ts';
import type { Plant } from '../worker.ts';

interface PlantedBug extends Plant {
  /** The check that it was made for. */
  readonly finds: CheckName;
  readonly what: string;
}

const withLedger =
  (change: (ledger: Ledger) => Partial<Ledger>) =>
  (deps: DeliveryDeps): DeliveryDeps => ({
    ...deps,
    ledger: { ...deps.ledger, ...change(deps.ledger) },
  });

const withEnds = (change: (end: Release) => Release) =>
  withLedger((ledger) => ({ release: (ends) => ledger.release(ends.map(change)) }));

const withCopies =
  (change: (message: OutgoingMessage) => OutgoingMessage) =>
  (deps: DeliveryDeps): DeliveryDeps => ({
    ...deps,
    queue: { ...deps.queue, send: (messages) => deps.queue.send(messages.map(change)) },
  });

/** A copy whose `relay` attribute has lost something that it must remember. */
function withRelayState(message: OutgoingMessage, change: (state: Record<string, unknown>) => object): OutgoingMessage {
  const { relay } = message.attributes;
  if (relay?.stringValue === undefined) return message;
  const state = JSON.parse(relay.stringValue) as Record<string, unknown>;
  const changed = { ...relay, stringValue: JSON.stringify(change(state)) };
  return { ...message, attributes: { ...message.attributes, relay: changed } };
}

export type { PlantedBug };
export { withCopies, withEnds, withLedger, withRelayState };
