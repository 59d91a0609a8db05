import type { TokenKeeper } from '../access-token/token-keeper.ts';
import type { OverflowStore } from '../dead-letter/overflow.ts';
import type { DeadLetterPublisher } from '../dead-letter/publish.ts';
import type { Journal } from '../journal/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Transport } from '../marketo/http.ts';
import type { Secret } from '../marketo/secret.ts';
import type { Queue } from '../message/queue.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { ResultPublisher } from '../results/publish.ts';
import type { Lane } from '../settings/lane.ts';
import type { IsolationUnit } from '../settings/parse.ts';
import type { Observe } from '../telemetry/events.ts';
import type { SendOnce } from './call/send-once.ts';
import type { FieldRules } from './fields/field-rules.ts';
import type { FileStore } from './files/file-store.ts';
import type { OrderMarks } from './order/order-marks.ts';

interface DeliveryLimits {
  readonly windowCalls: number;
  readonly windowMs: number;
  /** Failed attempts after which a message is dead. */
  readonly retryMaxAttempts: number;
  /** Time since its first failed attempt after which a message is dead. */
  readonly retryMaxAgeMs: number;
  /** Patterns of the operations that may be made. @default all of them */
  readonly allowedOperations?: readonly string[];
  /** Bytes of one upload of a file, the lines around it included. @default as many as Marketo takes */
  readonly uploadBytes?: number;
}

/** Everything outside this room that delivery uses. */
interface DeliveryDeps {
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly ledger: Ledger;
  /** The access token that all workers share. */
  readonly tokens: TokenKeeper;
  readonly sendOnce: SendOnce;
  /** Where keys are marked of what went back. Absent: retries may be overtaken. */
  readonly orderMarks?: OrderMarks;
  /** The queue that the messages come from and are requeued to. */
  readonly queue: Queue;
  /** Whose calls they are, for the ledger. @default 'live' */
  readonly lane?: Lane;
  readonly deadLetters: DeadLetterPublisher;
  readonly overflow: OverflowStore;
  readonly files: FileStore;
  /** Where it is kept what became of each record. */
  readonly journal: Journal;
  /** Where it is told what became of a message; undefined where nobody has asked for it. */
  readonly results: ResultPublisher | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observe: Observe;
  readonly limits: DeliveryLimits;
  /** Without them, no record's fields are looked at. */
  readonly fields?: FieldRules;
  /** By what messages are isolated that may be isolated by record. */
  readonly isolate: IsolationUnit;
  /** Values that must not appear in a dead letter, even when Marketo echoes them. */
  secrets(): readonly Secret[];
}

export type { DeliveryDeps, DeliveryLimits };
