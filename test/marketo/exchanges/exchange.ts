/**
 * What must become of each record that a call carried, or of the call as a whole.
 *
 * `delivered`; `letter`: a dead letter under this code; `retry`, at a growing, long or soon pace; `wait` for a limit;
 * `newToken` and the same call again; `isolate`: smaller calls until the culprit stands alone; `halve`, `asPost`: the
 * same in another form; `stop`: the operation or the line waits.
 */
type End =
  | 'delivered'
  | `letter ${string}`
  | `retry growing ${string}`
  | `retry long ${string}`
  | `retry soon ${string}`
  | `wait ${'window' | 'slot' | 'day'}`
  | 'newToken'
  | 'isolate'
  | 'halve'
  | 'asPost'
  | 'stop';

interface Exchange {
  readonly title: string;
  /** Method and path. */
  readonly request: `${'GET' | 'POST' | 'DELETE'} /${string}`;
  /** Records in the call, one message each; left out where the endpoint does not answer record by record. */
  readonly records?: number;
  /** Messages that share the call, when that is not one for each record. */
  readonly messages?: number;
  readonly status: number;
  /** As received; an object is JSON. */
  readonly body: string | object;
  /** For the whole call, or for each record. */
  readonly end: End | readonly End[];
  /** Where the reply is from: a page of Marketo's documents, or a recording, capture or test of another client. */
  readonly source: string;
}

const success = (...result: readonly object[]) => ({ requestId: 'e42b#19a1c0de001', success: true, result });
const failure = (code: string, message: string) => ({
  requestId: 'e42b#19a1c0de002',
  success: false,
  errors: [{ code, message }],
});
const skipped = (code: string, message: string, more: object = {}) => ({
  ...more,
  status: 'skipped',
  reasons: [{ code, message }],
});

export type { End, Exchange };
export { failure, skipped, success };
