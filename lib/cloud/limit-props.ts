/** How long the relay may gather messages, so that more of them share a call. */
interface GatherProps {
  /**
   * The delay that a message may wait for others: the age limit of a batch. 0 to 300. With 1 or more, Lambda may gather
   * for up to 20 s on a queue with little in it, whatever is given here (Lambda: SQS event source mapping).
   *
   * Marketo counts calls, not records, so waiting buys calls. Adobe's tiers (Marketo: integration best practices):
   *
   * - low latency, under 10 s: 0 with `gatherMessages` of at most 10, the only setting that never gathers;
   * - medium, 10 s to 60 min: a queue with an age and a size limit, such as 60 to 300 s and 300 to 10,000 messages;
   * - high, over 60 min: bulk import, which is not what this relay is for.
   *
   * A batch is also closed when it comes to 6 MB, and earlier when few pollers are at work.
   *
   * @default 2: seconds under load, up to 20 on a quiet queue
   */
  readonly gatherSeconds?: number;

  /**
   * The most messages that are gathered: the size limit of a batch. 1 to 10,000; more than 10 need `gatherSeconds` of
   * 1 or more (Lambda: SQS event source mapping). Most endpoints take 300 records in a call: a multiple of 300 leaves no
   * call of a backlog half full, while 100 make three times as many calls as needed.
   *
   * @default 300
   */
  readonly gatherMessages?: number;
}

/** The limits of the Marketo subscription that the relay keeps to. */
interface LimitProps {
  /**
   * Most calls in any window, 1 to 200 and at most ten a second. Marketo grants a subscription 100.
   *
   * @default 50: half, as Adobe advises a single integration
   */
  readonly rateLimitCalls?: number;

  /**
   * Length of the window.
   *
   * @default 20: Marketo's
   */
  readonly rateLimitWindowSeconds?: number;

  /**
   * Most calls in flight, 1 to 30. Marketo grants a subscription 10.
   *
   * @default 5
   */
  readonly maxConcurrentCalls?: number;

  /**
   * Most calls from one reset to the next.
   *
   * @default 50000: Marketo's, unless the subscription bought more
   */
  readonly dailyQuota?: number;

  /**
   * Calls of each day that are left to other integrations, whatever they have used so far.
   *
   * @default 0: they are taken into account as the usage endpoint reports them
   */
  readonly dailyQuotaReserve?: number;

  /**
   * IANA name of the time zone at whose midnight the day resets.
   *
   * @default 'America/Chicago'
   */
  readonly quotaTimeZone?: string;

  /**
   * Calls for one message that may fail for a passing reason, before it becomes a dead letter. Waiting for a limit is
   * not an attempt.
   *
   * @default 8
   */
  readonly retryMaxAttempts?: number;

  /**
   * How long after its first failed attempt a message may still be tried.
   *
   * @default 86400: a day
   */
  readonly retryMaxAgeSeconds?: number;
}

/** A second queue, whose messages are delivered within what live traffic leaves. */
interface BackfillProps {
  /**
   * Whether there is a second queue beside the first, `backfillQueue`, for what can wait: loads of files, corrections of old data.
   * Live messages are admitted as if it were empty.
   *
   * @default false
   */
  readonly backfill?: boolean;

  /**
   * The most of the day's calls that the backfill may have, in hundredths, 1 to 100. It never has those that live traffic is
   * expected to need until the reset, by the hours of past days.
   *
   * @default 100: all that live is not expected to need
   */
  readonly backfillDayPercent?: number;

  /**
   * Most copies of the function that take messages from the backfill queue at once, 2 to 1,000 (Lambda allows no less than 2).
   *
   * @default 2: what is left of Marketo's limits needs no more
   */
  readonly backfillConcurrency?: number;
}

export type { BackfillProps, GatherProps, LimitProps };
