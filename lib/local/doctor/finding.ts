import { printableText } from '../print.ts';

/**
 * - `wrong`: messages wait, are lost or make somebody page, until it is mended.
 * - `warning`: it works now, and somebody should look.
 * - `notChecked`: nothing is known, and why: a local relay has no such part, or a permission is missing.
 */
type Verdict = 'ok' | 'warning' | 'wrong' | 'notChecked';

/** What a check found: one sentence, and what to do about it. */
interface Finding {
  readonly verdict: Verdict;
  readonly said: string;
  /** Of `notChecked`: what would let it be checked. */
  readonly remedy?: string;
}

/** Something that was read, or the finding that stands for it where it could not be. */
type Known<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly finding: Finding };

/** How the thing that is read is called, and what reading it takes. */
interface Reading {
  /** As `the queue QUEUE_URL`. */
  readonly what: string;
  /** The IAM action that lets one read it. */
  readonly action: string;
  /** When there is no such thing. */
  readonly whenMissing?: string;
}

const ok = (said: string): Finding => ({ verdict: 'ok', said });
const warning = (said: string, remedy: string): Finding => ({ verdict: 'warning', said, remedy });
const wrong = (said: string, remedy: string): Finding => ({ verdict: 'wrong', said, remedy });
const notChecked = (said: string, remedy?: string): Finding => ({
  verdict: 'notChecked',
  said,
  ...(remedy === undefined ? {} : { remedy }),
});

const LOCAL = notChecked('local: only a deployed relay has this');

async function known<T>(reading: Reading, read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    return { ok: false, finding: findingOf(error, reading) };
  }
}

const DENIED = /AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized|Forbidden/i;
const MISSING = /NotFound|NonExistentQueue|QueueDoesNotExist|NoSuchBucket/i;

function findingOf(error: unknown, { what, action, whenMissing }: Reading): Finding {
  const { name, message, status } = describe(error);
  if (DENIED.test(name) || status === 403) {
    return notChecked(`${what}: AWS does not let you look (${name})`, `it takes the permission ${action}`);
  }
  if (MISSING.test(name) || status === 404) {
    return wrong(`${what}: there is none`, whenMissing ?? 'it was deleted since: deploy the stack again');
  }
  return wrong(`${what} could not be read: ${name}: ${message}`, 'look at the network between, and run it again');
}

const MAX_MESSAGE = 300;

function describe(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const message = printableText(error.message).slice(0, MAX_MESSAGE);
  return { name: error.name, message, status: $metadata?.httpStatusCode };
}

export type { Finding, Known, Verdict };
export { findingOf, known, LOCAL, notChecked, ok, warning, wrong };
