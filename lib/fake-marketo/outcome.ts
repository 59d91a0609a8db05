import type { Json, JsonObject } from './json.ts';

interface Failure {
  readonly kind: 'failure';
  readonly code: string;
  readonly message: string;
}

interface Success {
  readonly kind: 'success';
  /** Absent where Marketo sends no `result`. */
  readonly result?: readonly Json[];
  /** Further members of the reply: `nextPageToken`, `warnings`, ... */
  readonly more?: JsonObject;
}

/** A reply without Marketo's envelope: a file, or an HTTP status. */
interface Raw {
  readonly kind: 'raw';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What an operation answers, before it is put into words on the wire. */
type Outcome = Success | Failure | Raw;

/** Ends a call after its latency; what it does to the database happens here. */
type Finish = () => Outcome;

/** One problem of a record. */
interface Reason {
  readonly code: string;
  readonly message: string;
}

function fail(code: string, message: string): Failure {
  return { kind: 'failure', code, message };
}

function succeed(result?: readonly Json[], more?: JsonObject): Success {
  return { kind: 'success', ...(result === undefined ? {} : { result }), ...(more === undefined ? {} : { more }) };
}

function raw(status: number, contentType: string, body: string): Raw {
  return { kind: 'raw', status, contentType, body };
}

function reason(code: string, message: string): Reason {
  return { code, message };
}

/** A record that was not processed: `ids` first, as Marketo does, when it is known which one it was. */
function skipped(reasons: Reason | readonly Reason[], ids: JsonObject = {}): JsonObject {
  const list = Array.isArray(reasons) ? reasons : [reasons];
  return { ...ids, status: 'skipped', reasons: list.map(({ code, message }) => ({ code, message })) };
}

/** Everything but the lead family numbers its results. */
function numbered(results: readonly JsonObject[]): JsonObject[] {
  return results.map((result, seq) => ({ seq, ...result }));
}

export type { Failure, Finish, Outcome, Raw, Reason, Success };
export { fail, numbered, raw, reason, skipped, succeed };
