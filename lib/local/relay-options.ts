import type { Invocation } from '../emulators/event-source-mapping/event-source-mapping.ts';
import type { FakeMarketoOptions } from '../fake-marketo/options.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { Secret } from '../marketo/secret.ts';
import type { Log } from '../ports.ts';
import type { createDeliveryHandler } from '../runtime/delivery.ts';
import type { DeliveryEvent } from '../telemetry/events.ts';

type CreateDelivery = typeof createDeliveryHandler;

/** Where each part listens. @default a free port each */
interface LocalPorts {
  /** Of SQS and S3 both. */
  readonly sqs?: number;
  readonly dynamodb?: number;
  readonly secrets?: number;
  /** Of the fake. */
  readonly marketo?: number;
}

interface LocalRelayOptions {
  readonly ports?: LocalPorts;
  /** Where queues, bucket and table are kept. @default in memory */
  readonly stateFolder?: string;
  /** A real subscription. @default the fake, in this process */
  readonly marketo?: {
    readonly baseUrl: string;
    /** @default false: `baseUrl` is below `*.mktorest.com` or on this machine */
    readonly allowOtherHosts?: boolean;
    readonly clientId: string;
    readonly clientSecret: Secret;
  };
  /** For the fake: its limits are Marketo's own unless told otherwise. */
  readonly fake?: FakeMarketoOptions;
  /** What the ledger keeps to. @default 50 calls in 20 s, 5 in flight */
  readonly limits?: Partial<LedgerLimits>;
  /** As the setting of that name. @default all: what is deleted in a fake can be had again */
  readonly allowedOperations?: string;
  /** Further environment variables of the delivery function. */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default as the stack: 300 */
  readonly batchSize?: number;
  /** @default as the stack: 2 */
  readonly batchWindowSeconds?: number;
  /** @default as the stack: 5 */
  readonly maxConcurrency?: number;
  /** @default as the stack: 420 */
  readonly functionTimeoutSeconds?: number;
  /** @default the function's timeout: the least that Lambda allows */
  readonly visibilityTimeoutSeconds?: number;
  readonly log?: Log;
  readonly observe?: (event: DeliveryEvent) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  readonly onError?: (error: unknown) => void;
  /** Told when an execution environment does not start: settings are wrong, and will be the next time too. */
  readonly onStartFailure?: (error: unknown) => void;
  /** Makes the delivery function of each execution environment. @default the relay's own */
  readonly createDelivery?: CreateDelivery;
}

export type { LocalPorts, LocalRelayOptions };
