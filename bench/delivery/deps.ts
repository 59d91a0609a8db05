import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import type { DeliveryDeps } from '../../lib/delivery/deps.ts';
import { NO_JOURNAL } from '../../lib/journal/entry.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import type { Transport } from '../../lib/marketo/http.ts';
import type { Secret } from '../../lib/marketo/secret.ts';
import type { OutgoingMessage } from '../../lib/message/queue.ts';
import type { Clock } from '../../lib/ports.ts';
import { createMemorySchemaRegister } from '../../lib/schema/memory-schema-register.ts';
import { createSchemas } from '../../lib/schema/schema-keeper.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';

/** Far from every limit of the ledger but the slots: calls and work are counted with it, not their pace. */
const MANY_CALLS = 1_000_000;

interface BenchDeps {
  readonly baseUrl: string;
  readonly token: Secret;
  readonly transport: Transport;
  /** Calls in flight at once. */
  readonly slots: number;
  /** As the relay does unless set otherwise; what it has learnt is in memory. @default false */
  readonly looksAtFields?: boolean;
  /** @default the system's */
  readonly clock?: Clock;
  letters(sent: readonly DeadLetter[]): void;
  returns(copy: OutgoingMessage): void;
}

const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs))),
};

/** What the real delivery code runs on in a bench: no AWS, the ledger in memory, and whatever transport is given. */
function createDeps(bench: BenchDeps): DeliveryDeps {
  const { baseUrl, token: secret, transport, slots, clock = systemClock, letters, returns, looksAtFields } = bench;
  const random = Math.random;
  const token = { kind: 'token', token: secret } as const;
  const limits = { ...DEFAULT_LIMITS, windowCalls: MANY_CALLS, dayCalls: MANY_CALLS, slots };
  return {
    baseUrl,
    transport,
    ledger: createSharedLedger({ register: createMemoryRegister(), limits, clock, random, log: silentLog }),
    tokens: { current: async () => token, replace: async () => token },
    sendOnce: {
      claim: () => Promise.reject(new Error('upserts need no send-once record')),
      complete: async () => true,
    },
    files: {
      read: () => Promise.reject(new Error('no message names a file')),
      keep: () => Promise.reject(new Error('no message names a file')),
      kept: async () => undefined,
    },
    queue: {
      send: async (messages) => {
        for (const message of messages) returns(message);
        return messages.map(() => ({ accepted: true }));
      },
      extendVisibility: async () => false,
      extendVisibilityBatch: async (handles) => handles.map(() => false),
      deleteBatch: async (handles) => handles.map(() => false),
    },
    journal: NO_JOURNAL,
    results: undefined,
    deadLetters: {
      send: async (sent) => {
        letters(sent);
        return sent.map(() => ({ accepted: true }));
      },
    },
    overflow: { bucket: 'none', put: async () => {}, get: () => Promise.reject(new Error('no letter was put back')) },
    clock,
    random,
    log: silentLog,
    observe: () => {},
    ...(looksAtFields && {
      fields: {
        schemas: createSchemas(createMemorySchemaRegister(), { clock, log: silentLog }),
        unknownFields: 'letter',
        holdMs: 86_400_000,
      },
    }),
    isolate: 'record',
    limits: {
      windowCalls: limits.windowCalls,
      windowMs: limits.windowMs,
      retryMaxAttempts: 8,
      retryMaxAgeMs: 86_400_000,
    },
    secrets: () => [secret],
  };
}

export { createDeps, systemClock };
