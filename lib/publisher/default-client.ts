import type { SqsSender } from './send-entries.ts';

/** SQS answers in tens of milliseconds; a batch of 1 MiB over a slow line needs seconds. */
const CONNECT_MS = 3_000;
const ATTEMPT_MS = 15_000;
const MAX_ATTEMPTS = 3;

/** Loaded here alone: who gives a client of their own needs none of ours. */
async function defaultClient(): Promise<SqsSender> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  return new SQSClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ATTEMPT_MS,
      // Without it the SDK writes a warning and waits on.
      throwOnRequestTimeout: true,
    },
  });
}

export { defaultClient };
