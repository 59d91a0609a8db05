import { MAX_DELAY_SECONDS, RETENTION_DAYS } from '../settings/policy.ts';

/**
 * Every wait, pace and budget of delivery, with its reason. Nothing else in this room states one; what an operator may
 * change (`RETRY_MAX_ATTEMPTS`, `RETRY_MAX_AGE_SECONDS` and the limits) comes in with `DeliveryLimits`.
 */

const DELIVERY_POLICY = {
  // Permits: how long an invocation waits for leave to make a call.

  /** Calls for which one write of the ledger asks. More would keep the free slots from other workers. */
  maxCallsPerAsk: 10,
  /**
   * An invocation waits so long for one permit. A longer wait is cheaper on the queue than in a running function, where 8 s cost
   * some $0.00005: as much as it does to send 300 messages back and receive them again.
   */
  permitPatienceMs: 8_000,
  /** Up to so much is added to a wait: workers that were told of the same free slot do not all ask for it at once. */
  permitWaitJitterShare: 0.5,
  /** An invocation that has had no call in flight for so long requeues its messages. */
  idlePatienceMs: 20_000,
  /** The same for a batch of a backfill, which others often come before: longer than live is ever busy without a break. */
  backfillIdlePatienceMs: 120_000,
  /** A call whose keys are all in flight elsewhere asks again after this much longer each time... */
  busyKeyWaitGrowth: 1.5,
  /** ...up to this: a key stays taken for as long as Marketo may be busy with a call that nobody answers for. */
  maxBusyKeyWaitMs: 2_000,
  /** For a whole message of which some keys are in flight: the ledger grants a permit that it cannot use. */
  indivisibleKeyWaitMs: 500,
  /** The wait of messages while the ledger or the send-once table does not answer: a throttled table recovers in it. */
  tableUnreachableWaitMs: 30_000,
  /** Requeued messages are spread by up to so much more, so that SQS does not bring them in one moment. */
  requeueSpreadMs: 1_000,
  /** Every round starts, ends or requeues a call, or waits: far beyond what one invocation can do. */
  maxSchedulerRounds: 100_000,

  // Time: what must fit before the function's end.

  /** Left for writing dead letters and retry messages before Lambda stops the function. */
  settleReserveMs: 15_000,
  /** The share of an invocation that is enough for a call whose endpoint may take longer than the whole of it. */
  enoughTimeShare: 0.5,
  /** No call is given less, however near the end: the connection alone takes a part of it. */
  minCallTimeoutMs: 1_000,
  /** How long a request may be on its way to Marketo, and its reply on the way back. */
  networkMarginMs: 10_000,

  // Health: whether Marketo works, when a call failed.

  /**
   * A success says for so long that Marketo works: what fails right after it is more likely to fail of its own fault. It is
   * also what lies between two health checks of one invocation.
   */
  successHoldsMs: 10_000,
  /** A permit for a health check is waited for so long: until calls have left a window of 20 s. */
  healthCheckPatienceMs: 25_000,
  /**
   * The same after a failure that cannot be counted without it, while nothing else waits for the check: until a call that
   * got no reply, and may have the last place, is given up (90 s and the network's 20) and has left the window.
   */
  evidencePatienceMs: 140_000,
  /** Times that one call is made anew with a token in place of a refused one, or with the same after a health check. */
  maxTokenTries: 2,

  // Send-once: requests that must not be executed twice.

  /** A send-once lease outlives its invocation by so much, for clocks that differ and functions that stop late. */
  sendOnceLeaseMarginMs: 60_000,
  /** Send-once records that are claimed at the same time: the claims of 300 must not outlast the permit. */
  maxClaimsAtOnce: 30,

  // Order: marks of what went back, for newer messages of its keys (docs/decisions/017-order.md).

  /** A mark lasts for so much longer than until its message is due... */
  markSlackMs: 30 * 60_000,
  /** ...and is written again when less is left: a batch is delivered, or hidden after its worker's end, in 13 minutes. */
  leastMarkSlackMs: 10 * 60_000,
  /** The same while the line is stopped, and nobody knows for how long the relay is paused. */
  longMarkSlackMs: 6 * 3_600_000,
  leastLongMarkSlackMs: 3 * 3_600_000,
  /** The longest wait that a mark is made for: until the next reset of the day. */
  maxMarkDelayMs: 26 * 3_600_000,
  /** What could not be settled comes again after its visibility timeout, 12 minutes at most. */
  unsettledMarkMs: 15 * 60_000,
  /** Ends of marks are multiples of this. */
  markGridMs: 10 * 60_000,
  /** Marks are waited for so long; then the messages go back without: what settles them must not hang on it. */
  markPatienceMs: 4_000,
  /** Marks of one key: an item of 25 KB. */
  maxMarksOfKey: 300,
  /** Keys that one invocation marks: at 30 at a time, some two seconds. */
  maxMarkWrites: 3_000,
  /**
   * What each message ahead of another is taken to need: two calls, on most days. The wait for a turn is never spent in the
   * invocation: the message ahead may need this very place to be received.
   */
  orderStepMs: 1_000,
  /** It is this at least, and twice as long with each look by which those ahead have not become fewer, up to the other. */
  leastOrderWaitMs: 1_000,
  mostOrderWaitMs: 60_000,
  /** Added to a longer wait at most: those of one key are to come back one after the other. */
  orderJitterShare: 0.1,
  /** From this delay on, a retry's mark is written anew, to say when it is due. */
  lateRetryMs: 30_000,

  // Retries: when an item comes back after a verdict.

  /** The first delay after a failure and the longest, doubling in between. */
  retryPaces: {
    growing: { firstSeconds: 5, maxSeconds: MAX_DELAY_SECONDS },
    long: { firstSeconds: 60, maxSeconds: MAX_DELAY_SECONDS },
    soon: { firstSeconds: 5, maxSeconds: 20 },
  },
  /** Up to so much is added to a retry delay: messages that failed together do not return together. */
  retryJitterShare: 0.3,
  /**
   * The wait after Marketo itself reports a spent limit: the rolling window of 20 s, a slot for as long as a call takes,
   * the day for as long as SQS delays. The ledger knows better when the message asks again.
   */
  spentLimitWaitMs: { window: 20_000, slot: 2_000, day: MAX_DELAY_SECONDS * 1_000 },
  /** Up to so much of that wait is added, so that the messages of one window do not come back together. */
  spentLimitJitterShare: 0.5,
  /**
   * The wait after a failure that is nobody's fault as far as is known: Marketo does not seem to work, so nothing is
   * counted. The ledger, which stops the line after a few of them, knows better when the message asks again.
   */
  uncountedWaitMs: 5_000,
  /**
   * A call that failed while Marketo works is made again with so many times fewer messages: three rounds part the 300 of a
   * full call, at some 22 calls for one culprit, where halves would take nine rounds with their delays.
   */
  narrowingFactor: 8,
  /**
   * Where Marketo may be busy with a failed call for minutes (no reply, 502, 504), a round takes as long: two of them part a full
   * call, at some 35 calls.
   */
  slowRoundMs: 60_000,
  slowNarrowingFactor: 20,
  /** A message ends only by failures in a call of its own; one such failure can be chance. */
  minAttemptsAlone: 2,
  /** Up to this share is added to the wait for a stop to end, so that not all come back with the call that tries it. */
  stoppedWaitJitterShare: 0.5,
  /** Messages in the one call that tries a stopped line or a paused operation: what it risks is small. */
  probeMessages: 1,
  /** For 603, and for 601 or 602 with a token that works: a missing permission does not come back by itself. */
  maxDeniedAttempts: 3,

  // Files: imports that Marketo does in its own time.

  /** Marketo asks for 5 to 30 s between two questions (Marketo: bulk-import); each counts, so they become rarer. */
  importPollMs: 10_000,
  importPollGrowth: 1.5,
  maxImportPollMs: 120_000,
  /** The same while Marketo has no place for another import (1016), or is at work on the same list (1019). */
  importsFullMs: 30_000,
  maxImportsFullMs: 300_000,

  // Fields: what has gone from Marketo may come back.

  /** Messages that are held for a field that has gone are looked at so often. */
  schemaChangeWaitMs: MAX_DELAY_SECONDS * 1_000,

  // Suspects: messages whose worker ended without an outcome (docs/decisions/010-suspects.md).

  /** Each time their worker ends, suspects are tried in groups of so many times fewer: two receives, so half with each. */
  suspectNarrowing: 4,
  /** Workers that a message may end when they have it alone, before it is taken for what ends them. */
  maxDeathsAlone: 2,
  /** How long suspects stay hidden once their worker has ended... */
  suspectHiddenSeconds: 30,
  /** ...and how often a living one says that it lives: two requests may be lost on the way. */
  suspectExtensionMs: 10_000,
  /** Groups follow each other by so much: where Lambda gathers for less, they are received by themselves. */
  suspectGroupGapSeconds: 1,
  /** The same for messages that cannot be copied: longer than Lambda gathers, since each receive is counted. */
  uncopiableGapSeconds: 25,
  /** From here on, more receives than holds explain, a message that cannot be copied is tried alone. */
  uncopiableAloneReceives: 6,
  /** Left free in a copy, for what the relay may come to remember of the message. */
  copyReserveBytes: 1_024,
  /** The wait of suspects that a living worker could not settle: a queue or bucket that refuses recovers in it. */
  unsettledSuspectWaitSeconds: 300,

  // The end of a message that never settles.

  /** No message is kept longer, whatever it waits for: each retry message starts SQS's retention of 14 days anew. */
  maxMessageAgeMs: (RETENTION_DAYS - 1) * 86_400_000,
  /** How often the visibility of a message that SQS cannot take again is extended; well below `MAX_RECEIVES`. */
  maxVisibilityExtensions: 4,
  /** Each extension is so many times as long as the one before: nothing can be written on such a message. */
  visibilityExtensionGrowth: 4,
  /** SQS hides a message for 12 hours (43,200 s) at most, from its receive (SQS: ChangeMessageVisibility). */
  maxVisibilityExtensionSeconds: 40_000,
  /** What keeps two retry messages of one key in order: SQS delays whole seconds. */
  orderGapSeconds: 1,
} as const;

export { DELIVERY_POLICY };
