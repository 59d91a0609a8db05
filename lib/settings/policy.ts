/**
 * Every quota of AWS that the relay keeps to, and every wait and budget of its own that is not a setting: each stated
 * once, with its reason. What can be set has its default and its bounds in `bounds.ts` (the function's environment) and
 * `lib/cloud/relay-numbers.ts` (the stack's props). Marketo's own limits are in `lib/marketo/limits.ts`, the waits of
 * delivery in `lib/delivery/policy.ts`, those of permits and token in `lib/ledger` and `lib/access-token`.
 */

const MIB = 1_048_576;

// SQS: message quotas.

/** A message with its attributes, and a batch request in all: 1 MiB. */
const MAX_MESSAGE_BYTES = MIB;
const MAX_ATTRIBUTES = 10;
/** Messages in one batch request, and in the reply to one receive. */
const MAX_BATCH_ENTRIES = 10;
/** The longest that a sent message can be hidden at first (`DelaySeconds`). */
const MAX_DELAY_SECONDS = 900;
/** The longest that a received message can stay hidden, counted from its receive: 12 hours. */
const MAX_VISIBILITY_SECONDS = 43_200;
const RETENTION_DAYS = 14;
const RETENTION_SECONDS = RETENTION_DAYS * 86_400;
/** What one billed request may carry: up to here, a dead letter laid out for the eye costs nothing. */
const BILLED_BYTES = 65_536;

// Lambda: quotas of a function and of an SQS event source mapping.

const MAX_FUNCTION_TIMEOUT_SECONDS = 900;
/** One invocation's payload: 6 MB, which Lambda counts as MiB. */
const MAX_PAYLOAD_BYTES = 6 * MIB;
/** The longest that a batch is gathered. */
const MAX_GATHER_SECONDS = 300;
const MAX_GATHER_MESSAGES = 10_000;
/** More messages than that in a batch need a gathering time of a second or more. */
const MAX_MESSAGES_WITHOUT_GATHERING = 10;

// Of the relay's own.

/** Clocks of SQS and of workers differ by less: an instant that is further ahead is no clock's. */
const CLOCK_DIFFERENCE_MS = 5_000;

/**
 * How long one run of the delivery function may take. The slowest endpoints answer within 300 s (Marketo: assets,
 * "Timeouts"; the same for paging tokens) and the client waits a little longer than that; what is left is for permits
 * before the call and for settling after it. Longer would only delay the messages of a worker that died.
 */
const DELIVERY_TIMEOUT_SECONDS = 420;

/** One run of the function that governs; the next begins a minute after it began. */
const GOVERN_TIMEOUT_SECONDS = 55;

/** A look at some thousand dead letters takes seconds, and nobody looks at an empty widget for longer than that. */
const TRIAGE_TIMEOUT_SECONDS = 60;

/** One secret and one message, 8 s each at most; API Gateway itself waits for 29 s (API Gateway: quotas for REST APIs). */
const WEBHOOK_TIMEOUT_SECONDS = 20;

/**
 * The least number of deliveries of one message before SQS moves it to the dead-letter queue by itself: a message can be
 * held by its visibility several times, and each time is a delivery.
 */
const MIN_MAX_RECEIVE_COUNT = 10;
/**
 * What it is unless set. A living worker receives a message twice at most, then it makes a copy; so this counts deliveries
 * to a function that does not even start, and an innocent message should outlast a deployment that is mended within hours.
 */
const DEFAULT_MAX_RECEIVE_COUNT = 60;

/**
 * The delivery at which the relay itself writes the dead letter of a message that cannot be copied and was never settled:
 * the last one before SQS can take the message away, whatever `maxReceiveCount` is. What SQS moves has no letter, and loses
 * its relay id when it is put back.
 */
const MAX_RECEIVES = MIN_MAX_RECEIVE_COUNT - 1;

/** Adobe's low-latency tier is 10 s: two leave eight for the call (Marketo: marketo-integration-best-practices). */
const DEFAULT_GATHER_SECONDS = 2;
/** The records of one call of most endpoints, so that a backlog leaves no call half full. */
const DEFAULT_GATHER_MESSAGES = 300;
/** Copies of the function: as many as calls may be in flight; more would only wait. */
const DEFAULT_MAX_CONCURRENCY = 5;
/** Likewise for the backfill queue: the fewest that Lambda allows, which saturate what live traffic leaves. */
const DEFAULT_BACKFILL_CONCURRENCY = 2;

/** Longer than SQS keeps a dead letter, so that no letter outlives the object that it points to. */
const OVERFLOW_DAYS = 30;
/** How long outcomes are kept, in days: a quarter, in which somebody asks after a record. */
const DEFAULT_JOURNAL_DAYS = 90;
/**
 * Every record has an end by then: what waits becomes a dead letter after 13 days (`maxMessageAgeMs`), at its next receive, which is
 * hours away at most.
 */
const LONGEST_LIFE_DAYS = 14;
/** CloudWatch Logs takes events of 1 MiB; the logger's own fields need some of it. */
const MAX_LOGGED_BYTES = 900_000;

/** Most entries of one message's `input`; it bounds the `relay` attribute, at worst (every other position) 30 KB. */
const MAX_RECORDS = 10_000;

/** Pieces of one file, of less than 10 MB each: a file of a gigabyte. It bounds the `relay` attribute. */
const MAX_FILE_PIECES = 100;

/** On a quiet queue Lambda may gather for so long, whatever the window says (Lambda: SQS event source, batching). */
const QUIET_GATHER_SECONDS = 20;

/**
 * How long a received message stays hidden when nothing is heard of it: as long as a batch can be gathered and delivered,
 * and no longer, since it is how long the messages of a worker that ended must wait (docs/decisions/010-suspects.md).
 * Lambda refuses less than the function's timeout. A value that is known only at deployment counts as the longest.
 */
function visibilityTimeoutSeconds(gatherSeconds: number): number {
  const known = gatherSeconds >= 0 && gatherSeconds <= MAX_GATHER_SECONDS;
  return DELIVERY_TIMEOUT_SECONDS + QUIET_GATHER_SECONDS + (known ? gatherSeconds : MAX_GATHER_SECONDS);
}

export {
  BILLED_BYTES,
  CLOCK_DIFFERENCE_MS,
  DEFAULT_BACKFILL_CONCURRENCY,
  DEFAULT_GATHER_MESSAGES,
  DEFAULT_GATHER_SECONDS,
  DEFAULT_JOURNAL_DAYS,
  DEFAULT_MAX_CONCURRENCY,
  DEFAULT_MAX_RECEIVE_COUNT,
  DELIVERY_TIMEOUT_SECONDS,
  GOVERN_TIMEOUT_SECONDS,
  LONGEST_LIFE_DAYS,
  MAX_ATTRIBUTES,
  MAX_BATCH_ENTRIES,
  MAX_DELAY_SECONDS,
  MAX_FILE_PIECES,
  MAX_FUNCTION_TIMEOUT_SECONDS,
  MAX_GATHER_MESSAGES,
  MAX_GATHER_SECONDS,
  MAX_LOGGED_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGES_WITHOUT_GATHERING,
  MAX_PAYLOAD_BYTES,
  MAX_RECEIVES,
  MAX_RECORDS,
  MAX_VISIBILITY_SECONDS,
  MIN_MAX_RECEIVE_COUNT,
  OVERFLOW_DAYS,
  RETENTION_DAYS,
  RETENTION_SECONDS,
  TRIAGE_TIMEOUT_SECONDS,
  visibilityTimeoutSeconds,
  WEBHOOK_TIMEOUT_SECONDS,
};
