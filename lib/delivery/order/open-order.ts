import type { Message } from '../../message/message.ts';
import type { PermitReleases } from '../call/permit-releases.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Batch } from '../intake/receive-batch.ts';
import { inOrder } from './in-order.ts';
import { createOrderSession, NO_ORDER, type OrderSession } from './order-session.ts';

/** The messages of a batch in the order in which they are delivered, and what keeps it across batches. */
interface OpenOrder {
  readonly messages: readonly Message[];
  readonly order: OrderSession;
}

/** As they were received, where nobody asks for order. */
function openOrder(
  messages: readonly Message[],
  duplicates: Batch['duplicates'],
  deps: DeliveryDeps,
  releases: PermitReleases,
): OpenOrder {
  const { orderMarks } = deps;
  if (orderMarks === undefined) return { messages, order: NO_ORDER };
  const ordered = inOrder(messages);
  const released = (): Promise<void> => releases.written();
  return { messages: ordered, order: createOrderSession(ordered, duplicates, orderMarks, { ...deps, released }) };
}

export { openOrder };
