import { redact } from '../../dead-letter/redact.ts';
import type { ParsedReply } from '../../marketo/reply.ts';
import type { Secret } from '../../marketo/secret.ts';
import { printable } from '../print.ts';

interface Refusal {
  /** Marketo's, or empty. */
  readonly code: string;
  readonly said: string;
}

const MAX_TEXT = 300;

/** What Marketo said instead of an answer, on one line and without secrets. Undefined: it answered. */
function refusalIn(reply: ParsedReply, secrets: readonly Secret[]): Refusal | undefined {
  const clean = (text: string): string => printable(redact(text, secrets), MAX_TEXT);
  switch (reply.kind) {
    case 'marketo': {
      if (reply.success) return undefined;
      const { code = '', message = '' } = reply.errors[0] ?? {};
      return { code: clean(code), said: clean(`${code} ${message}`) };
    }
    case 'noReply':
      return { code: '', said: clean(`no reply: ${reply.detail}`) };
    case 'unreadable':
      return {
        code: '',
        said: clean(`HTTP ${reply.status} with a body that is no answer of Marketo's: ${reply.prefix}`),
      };
    case 'redirect':
      return { code: '', said: clean(`HTTP ${reply.status}, a redirect to ${reply.location ?? 'nowhere'}`) };
  }
}

export type { Refusal };
export { refusalIn };
