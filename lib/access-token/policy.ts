/** Every number of this room, with its reason. Times are in milliseconds. */

/** Longer than two identity calls of the longest kind, so that only the lease of a dead worker is ever taken over. */
const LEASE_MS = 30_000;
/**
 * The longest that one request for the token waits inside an invocation, for another worker or for a token's last
 * seconds. Such a wait can begin with the last reply before delivery settles, 15 s before the function's end.
 */
const MAX_WAIT_MS = 10_000;
/** How long before its expiry a remembered token is compared with the shared one; with less life it is used to its end. */
const COMPARE_BEFORE_EXPIRY_MS = 30_000;

/** Identity answers within a second as a rule: the first look after that of the lease's holder comes soon. */
const FIRST_POLL_MS = 150;
const MAX_POLL_MS = 1_500;
/** A failure of identity that is over so soon is waited out inside the invocation. */
const SHORT_TROUBLE_MS = 2_000;
/** No answer asks for a return sooner than this. */
const MIN_RETRY_MS = 1_000;
/** After faults of the table or of Secrets Manager, which the SDK has retried already. */
const INFRASTRUCTURE_RETRY_MS = 5_000;
/** How often a worker looks whether refused credentials have been rotated. */
const RECHECK_CREDENTIALS_MS = 30_000;
/** Far more than any path through the states needs: contention alone ends here. */
const MAX_STEPS = 100;
/** Only the holder of the lease writes, so a conflict is a lost reply or a lease that ended. */
const MAX_STORE_TRIES = 3;

/**
 * Identity's word, given a second time, that this is the token holds for so long, for all workers: refusals in the
 * meantime are no reason to ask again. So requests that are always refused of their own fault cost two identity calls a
 * minute, not one a try.
 */
const VOUCHED_MS = 30_000;
/** Marketo's nodes can learn of a token some moments late: a call is not repeated with the same token before this. */
const NODE_LAG_MS = 1_500;
/** A token that is younger and has not served yet may not have reached every node: its refusal is no strike. */
const YOUNG_MS = 10_000;

/** Tokens in a row in place of refused ones that never served, before the line stops. */
const MAX_STRIKES = 3;
/** A strike that is older is not of the same row. */
const STRIKE_MEMORY_MS = 5 * 60_000;

/** Identity hands out the same token until it expires: with so little left it is waited out, and identity asked then. */
const LAST_SECONDS_MS = 5_000;
/** With more left, but not much, a refused token stops the line without further calls: the credentials are not at fault. */
const NEARLY_OVER_MS = 60_000;
/** Between two calls that may bring the same token. `expires_in` counts whole seconds, so 0 is over within one. */
const ASK_AGAIN_MS = 1_000;
/** Marketo's clock may be a moment behind when the token's last second is over here. */
const EXPIRY_SLACK_MS = 250;
/** An identity that answers 0 again and again is taken at its word that this is the token, for so long at a time. */
const SPENT_TOKEN_LIFE_MS = 5_000;
const MAX_SPENT_ANSWERS = 3;

/** After refusals of credentials or of every token: short enough to notice a repair, then seldom. */
const FIRST_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 15 * 60_000;
/** A refusal so long after the last pause is a new story, and its pause short again. */
const PAUSE_MEMORY_MS = 30 * 60_000;
/** After failures of identity. */
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** Failures of identity in a row, over seven seconds at least, that an operator should hear of: nothing is sent meanwhile. */
const FAILURES_TO_BE_DOWN = 4;

/**
 * The bound on identity calls that holds whatever happens: {@link ASK_BURST} at once, then one each
 * {@link ASK_INTERVAL_MS}. With the second call that a rotation can add, {@link MAX_ASKS_PER_MINUTE} in any minute. A token
 * of an hour needs one; the shortest that is still of use, some seconds, needs less than one in three.
 */
const ASK_INTERVAL_MS = 3_000;
const ASK_BURST = 9;
const MAX_ASKS_PER_MINUTE = ASK_BURST + 60_000 / ASK_INTERVAL_MS + 1;

export {
  ASK_AGAIN_MS,
  ASK_BURST,
  ASK_INTERVAL_MS,
  COMPARE_BEFORE_EXPIRY_MS,
  EXPIRY_SLACK_MS,
  FAILURES_TO_BE_DOWN,
  FIRST_BACKOFF_MS,
  FIRST_PAUSE_MS,
  FIRST_POLL_MS,
  INFRASTRUCTURE_RETRY_MS,
  LAST_SECONDS_MS,
  LEASE_MS,
  MAX_ASKS_PER_MINUTE,
  MAX_BACKOFF_MS,
  MAX_PAUSE_MS,
  MAX_POLL_MS,
  MAX_SPENT_ANSWERS,
  MAX_STEPS,
  MAX_STORE_TRIES,
  MAX_STRIKES,
  MAX_WAIT_MS,
  MIN_RETRY_MS,
  NEARLY_OVER_MS,
  NODE_LAG_MS,
  PAUSE_MEMORY_MS,
  RECHECK_CREDENTIALS_MS,
  SHORT_TROUBLE_MS,
  SPENT_TOKEN_LIFE_MS,
  STRIKE_MEMORY_MS,
  VOUCHED_MS,
  YOUNG_MS,
};
