import type { RefusalReason } from '../ledger/ledger.ts';

/** What happens during delivery, for metrics, logs and the local relay's summary. Holds no personal data. */
type DeliveryEvent =
  | {
      readonly kind: 'call';
      readonly operation: string;
      readonly records: number;
      readonly messages: number;
      /** `ok`, or the heaviest of Marketo's codes, or a reason of the relay's own. */
      readonly code: string;
      readonly durationMs: number;
    }
  /** Calls waited inside an invocation for a limit. */
  | { readonly kind: 'waited'; readonly reason: RefusalReason; readonly waitMs: number; readonly calls: number }
  | { readonly kind: 'delivered'; readonly relayId: string; readonly records: number }
  | {
      readonly kind: 'returned';
      readonly relayId: string;
      readonly reason: 'wait' | 'retry';
      readonly code: string;
      readonly delaySeconds: number;
      readonly records: number;
    }
  | { readonly kind: 'deadLettered'; readonly relayId: string; readonly code: string; readonly records: number }
  /** A second copy of a message in one batch, settled with the first. */
  | { readonly kind: 'deduplicated'; readonly relayId: string }
  /** A message that could not be settled: SQS brings it again. */
  | { readonly kind: 'unsettled'; readonly relayId: string }
  /** A code that the catalogue lacks. */
  | { readonly kind: 'unknownCode'; readonly code: string; readonly level: string };

type Observe = (event: DeliveryEvent) => void;

export type { DeliveryEvent, Observe };
