/**
 * How long a request to AWS may take. The SDK's own `requestTimeout` ends with the headers of the reply (and only warns,
 * unless `throwOnRequestTimeout` is set), so a body that arrives a byte a second would never end by it: the rest of
 * `attemptMs` holds for the body. `totalMs` holds for everything behind one `send`: credentials, all attempts, the waits
 * between them (the server can ask for some with `Retry-After`), and a body that is read as a stream.
 */
interface Deadline {
  readonly connectMs: number;
  /** From handing over the request to the last byte of the reply. */
  readonly attemptMs: number;
  readonly totalMs: number;
}

type AwsService = 'dynamoDb' | 'sqs' | 's3' | 'secretsManager' | 'lambda' | 'eventBridge';

/**
 * Small requests: answered in milliseconds, the largest (a batch of 1 MiB to SQS) in less than a second. Two attempts
 * that hang, and half a third one: the second meets another host behind the service's name.
 */
const SMALL: Deadline = { connectMs: 1_000, attemptMs: 3_000, totalMs: 8_000 };

/**
 * At most, of one `send`. Chains are longer (a dead letter goes to S3 before it goes to SQS), so none of them outlasts
 * the invocation either: `InvocationEnd` cuts off what is under way 2 s before Lambda would stop the function. With the
 * function's 420 s (`DELIVERY_TIMEOUT_SECONDS`) no new call begins after 405 s (delivery settles for 15 s), and every
 * request is over after 418 s.
 *
 * A fetch of the token is two requests to identity of 9 s and one to Secrets Manager between them: 26 s, within its
 * lease of 30 s.
 */
const DEADLINES: Readonly<Record<AwsService, Deadline>> = {
  dynamoDb: SMALL,
  sqs: SMALL,
  secretsManager: SMALL,
  lambda: SMALL,
  eventBridge: SMALL,
  // A dead letter has 33 MB at most; some of them are read at the same time.
  s3: { connectMs: 1_000, attemptMs: 6_000, totalMs: 13_000 },
};

/** Of one `send`, the first one included. Those that fail quickly fit into `totalMs` with their waits; a fourth seldom helps. */
const MAX_ATTEMPTS = 4;

/** Identity may be asked twice under one lease of 30 s, with a read of the secret in between. */
const IDENTITY_TIMEOUT_MS = 9_000;

export type { AwsService, Deadline };
export { DEADLINES, IDENTITY_TIMEOUT_MS, MAX_ATTEMPTS };
