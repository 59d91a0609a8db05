import type { DeadLetterOffice } from '../deadletter/office.ts';
import type { OverflowStore } from '../deadletter/overflow.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Transport } from '../marketo/http.ts';
import type { Secret } from '../marketo/secret.ts';
import type { Queue } from '../message/queue.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { Observe } from './events.ts';
import type { SendOnce } from './send-once.ts';

type TokenAnswer =
  | {
      readonly kind: 'token';
      readonly token: Secret;
      /** The API-only user, as the usage endpoint names it. */
      readonly user?: string;
    }
  /** Identity refuses the credentials, or Marketo every token that identity hands out. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number; readonly detail: string };

/** The access token that all workers share. */
interface Tokens {
  current(): Promise<TokenAnswer>;
  /** Another token than the one that failed, unless somebody has replaced it already. */
  replace(failed: Secret): Promise<TokenAnswer>;
}

interface DeliveryLimits {
  readonly windowCalls: number;
  readonly windowMs: number;
  /** Failed attempts after which a message is dead. */
  readonly retryMaxAttempts: number;
  /** Time since its first failed attempt after which a message is dead. */
  readonly retryMaxAgeMs: number;
}

/** Everything the way of a message touches outside its own code. */
interface DeliveryDeps {
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly ledger: Ledger;
  readonly tokens: Tokens;
  readonly sendOnce: SendOnce;
  /** Where the messages come from and go back to. */
  readonly queue: Queue;
  readonly office: DeadLetterOffice;
  readonly overflow: OverflowStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observe: Observe;
  readonly limits: DeliveryLimits;
  /** Values that must not appear in a letter, even when Marketo echoes them. */
  secrets(): readonly Secret[];
}

export type { DeliveryDeps, DeliveryLimits, TokenAnswer, Tokens };
