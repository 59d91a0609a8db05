import {
  DELIVERY_TIMEOUT_SECONDS,
  MAX_DELAY_SECONDS,
  RETENTION_DAYS,
  visibilityTimeoutSeconds,
} from '../../settings/policy.ts';

/**
 * When an alarm goes off, and for how long it stays.
 *
 * Every alarm looks at single minutes, and one that crosses is enough: somebody is told within five minutes of what
 * happened. It then stays for `holdMinutes` after the last such minute, so that what shows only now and then does not
 * send an "OK" in between that is not true. A minute without data crosses nothing: an idle relay reports none.
 */
interface AlarmRule {
  /** Crosses above this; `below` where less is worse. */
  readonly above?: number;
  readonly below?: number;
  readonly holdMinutes: number;
}

/** Long enough for a person's second look, short enough for the next fault to be told anew. */
const SHORTLY = 5;

/**
 * A message that waits comes back after 15 minutes at the latest (SQS: DelaySeconds), and what keeps it is told again
 * then.
 */
const TO_THE_NEXT_TRY = MAX_DELAY_SECONDS / 60 + 5;

/** Share of the day's quota at which somebody may still act: ask Marketo for more, or stop what uses it up. */
const QUOTA_LOW_SHARE = 0.1;

const DAY_SECONDS = 86_400;

/** The one table of all thresholds. `gatherSeconds` lengthens the time for which a message is hidden. */
function alarmRules(props: {
  readonly gatherSeconds: number;
  readonly oldestMessageAlarmSeconds: number;
  /** What a day allows to the relay. */
  readonly dailyCalls: number;
}) {
  const hiddenSeconds = visibilityTimeoutSeconds(props.gatherSeconds);
  return {
    // The first invocation that finds it so is enough: no passing fault stops a line.
    lineStopped: { above: 0, holdMinutes: TO_THE_NEXT_TRY },
    operationPaused: { above: 0, holdMinutes: TO_THE_NEXT_TRY },
    messageAge: { above: props.oldestMessageAlarmSeconds, holdMinutes: TO_THE_NEXT_TRY },
    // Half a working day: whoever paused the relay has not forgotten it sooner.
    pausedSeconds: { above: 4 * 3_600, holdMinutes: SHORTLY },
    governErrors: { above: 0, holdMinutes: SHORTLY },
    quotaLow: { below: Math.ceil(props.dailyCalls * QUOTA_LOW_SHARE), holdMinutes: TO_THE_NEXT_TRY },
    // One of each: by themselves they never happen. What failed is tried again when its messages show again, so the alarm
    // stays until a second failure would have come.
    deliveryErrors: { above: 0, holdMinutes: Math.ceil(hiddenSeconds / 60) + SHORTLY },
    throttles: { above: 0, holdMinutes: SHORTLY },
    // Deliveries stop calling 15 s before the timeout and then only settle: who is still at it with 10 s left is in need.
    durationMs: { above: (DELIVERY_TIMEOUT_SECONDS - 10) * 1_000, holdMinutes: SHORTLY },
    // Longer than anything keeps a message from being received: a hidden one, and a retry message with the longest delay.
    unreadQueue: { above: hiddenSeconds + MAX_DELAY_SECONDS, holdMinutes: SHORTLY },
    // A backfill may wait for days. Half of what SQS keeps it for is over: the other half is for somebody to act.
    backfillAge: { above: (RETENTION_DAYS / 2) * DAY_SECONDS, holdMinutes: SHORTLY },
    resultsUnsent: { above: 0, holdMinutes: SHORTLY },
    deadLetters: { above: 0, holdMinutes: SHORTLY },
    // One lost entry is one question without an answer; what keeps them from being written is seldom alone.
    unjournaled: { above: 0, holdMinutes: SHORTLY },
    // What is held for a field is looked at again by then, and says so again.
    schemaChanged: { above: 0, holdMinutes: TO_THE_NEXT_TRY },
    // Single bad records are somebody's to mend in the coming hours; this many have one cause that goes on.
    deadLetterSurge: { above: 10, holdMinutes: SHORTLY },
    deadLetterQueueGrowth: { above: 0, holdMinutes: SHORTLY },
    // Two days for somebody to act before SQS deletes it: a weekend.
    deadLetterAge: { above: (RETENTION_DAYS - 2) * DAY_SECONDS, holdMinutes: SHORTLY },
  } as const satisfies Record<string, AlarmRule>;
}

export type { AlarmRule };
export { alarmRules };
