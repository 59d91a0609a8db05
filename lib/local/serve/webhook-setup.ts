import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Secret } from '../../marketo/secret.ts';
import { readForms, type WebhookForm } from '../../webhook/form.ts';

/** What the webhook intake of a local relay knows. */
interface LocalWebhook {
  readonly forms: readonly WebhookForm[];
  /** What senders sign with, anew at each start; it stands in the descriptor. */
  readonly secret: Secret;
}

type FormsRead =
  | { readonly kind: 'forms'; readonly forms: readonly WebhookForm[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

const EXAMPLES = fileURLToPath(new URL('../../../examples/webhook-forms.json', import.meta.url));
const KEY_BYTES = 32;

/** @param path - undefined: the shipped examples */
function readFormsFile(path: string | undefined): FormsRead {
  try {
    const read = readForms(JSON.parse(readFileSync(path ?? EXAMPLES, 'utf8')));
    if ('forms' in read) return { kind: 'forms', forms: read.forms };
    return { kind: 'unreadable', problems: read.problems.map((problem) => `--webhook-forms ${path}: ${problem}`) };
  } catch (error) {
    return {
      kind: 'unreadable',
      problems: [`--webhook-forms ${path}: ${error instanceof Error ? error.message : 'unreadable'}`],
    };
  }
}

function createLocalWebhook(forms: readonly WebhookForm[]): LocalWebhook {
  return { forms, secret: new Secret(`whsec_${randomBytes(KEY_BYTES).toString('base64')}`) };
}

export type { LocalWebhook };
export { createLocalWebhook, readFormsFile };
