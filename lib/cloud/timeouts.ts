/**
 * How long one run of the delivery function may take. The slowest endpoints answer within 300 s (Marketo: asset calls
 * and paging tokens) and the client waits a little longer than that; what is left is for permits before the call and
 * for settling after it. Longer would only delay the messages of a worker that died.
 */
const DELIVERY_TIMEOUT_SECONDS = 420;

/** The longest that Lambda gathers a batch. */
const MAX_GATHER_SECONDS = 300;

/** The longest that SQS keeps a message back that is sent with a delay. */
const MAX_SQS_DELAY_SECONDS = 900;

/** The longest that SQS keeps a message. */
const RETENTION_DAYS = 14;

/**
 * How long a received message stays hidden: six times the function's timeout, and the time to gather a batch on top
 * (Lambda: SQS event source, configuring a queue). A value that is known only at deployment counts as the longest.
 */
function visibilityTimeoutSeconds(gatherSeconds: number): number {
  const known = gatherSeconds >= 0 && gatherSeconds <= MAX_GATHER_SECONDS;
  return 6 * DELIVERY_TIMEOUT_SECONDS + (known ? gatherSeconds : MAX_GATHER_SECONDS);
}

export {
  DELIVERY_TIMEOUT_SECONDS,
  MAX_GATHER_SECONDS,
  MAX_SQS_DELAY_SECONDS,
  RETENTION_DAYS,
  visibilityTimeoutSeconds,
};
