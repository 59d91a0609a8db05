/** What Lambda makes of a handler's answer: the identifiers that stay on the queue, and why when that is all of them. */
type BatchJudgement =
  | { readonly kind: 'settled'; readonly failedIds: ReadonlySet<string> }
  | { readonly kind: 'batchFailed'; readonly reason: string };

const NOTHING_FAILED: BatchJudgement = { kind: 'settled', failedIds: new Set() };

/**
 * Reads a partial batch response as Lambda does (Lambda: "Reporting batch item failures", success and failure
 * conditions). Nothing, `null`, `{}` and an empty or null list acknowledge the whole batch. An answer that is not JSON
 * or has another form, and an identifier that is empty, null, misspelt or not of this batch, fail the whole batch.
 *
 * @example
 * judgeResponse({ batchItemFailures: [{ itemIdentifier: 'b' }] }, ['a', 'b']); // settled, failedIds: b
 */
function judgeResponse(response: unknown, messageIds: readonly string[]): BatchJudgement {
  const answer = throughJson(response);
  if (!answer.valid) return batchFailed('the response cannot be written as JSON');
  const { value } = answer;
  if (value === null) return NOTHING_FAILED;
  if (typeof value !== 'object' || Array.isArray(value)) return batchFailed('the response is not an object');
  const list = (value as { batchItemFailures?: unknown }).batchItemFailures ?? null;
  if (list === null) return NOTHING_FAILED;
  if (!Array.isArray(list)) return batchFailed('batchItemFailures is not a list');
  return judgeList(list, new Set(messageIds));
}

function judgeList(list: readonly unknown[], messageIds: ReadonlySet<string>): BatchJudgement {
  const failedIds = new Set<string>();
  for (const entry of list) {
    const identifier = (entry as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof identifier !== 'string' || identifier === '')
      return batchFailed('an itemIdentifier is missing or empty');
    if (!messageIds.has(identifier)) return batchFailed('an itemIdentifier is not a message of this batch');
    failedIds.add(identifier);
  }
  return { kind: 'settled', failedIds };
}

function batchFailed(reason: string): BatchJudgement {
  return { kind: 'batchFailed', reason };
}

/** The answer crosses the runtime API as JSON: what JSON drops, Lambda never sees. */
function throughJson(response: unknown): { valid: true; value: unknown } | { valid: false } {
  try {
    return { valid: true, value: JSON.parse(JSON.stringify(response) ?? 'null') };
  } catch {
    return { valid: false };
  }
}

export type { BatchJudgement };
export { judgeResponse };
