import type { Parsed } from './parse.ts';
import { accept, refuse } from './parse.ts';

/** How a secret is named. Secrets Manager ends each ARN with six characters of its own; a partial ARN lacks them. */
type SecretId =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'completeArn' | 'partialArn'; readonly arn: string; readonly region: string };

/** Secrets Manager: CreateSecret; `!` is in the names of secrets that other AWS services manage. */
const NAME = '[A-Za-z0-9/_+=.@!-]';
const ONLY_NAME = new RegExp(`^${NAME}{1,512}$`);
const ARN = new RegExp(`^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\\d{12}:secret:${NAME}{1,519}$`);

/**
 * Never shows the value: the likeliest mistake is the secret itself in the place of its name.
 *
 * @example
 * readSecretId('marketo/credentials'); // { ok: true, value: { kind: 'name', name: 'marketo/credentials' } }
 */
function readSecretId(text: string): Parsed<SecretId> {
  if (ONLY_NAME.test(text)) return accept({ kind: 'name', name: text });
  const [, region] = ARN.exec(text) ?? [];
  // Secrets Manager advises against names that end in a hyphen and six characters, because this test takes them for ARNs.
  if (region !== undefined) {
    return accept({ kind: /-[A-Za-z0-9]{6}$/.test(text) ? 'completeArn' : 'partialArn', arn: text, region });
  }
  return refuse(
    'is not the name or ARN of a Secrets Manager secret (its value is not shown here): give the name, ' +
      'and keep the credentials themselves in the secret as {"clientId":"...","clientSecret":"..."}',
  );
}

/** {@link readSecretId} for those who only hand the name or ARN on. */
function parseSecretId(text: string): Parsed<string> {
  const read = readSecretId(text);
  return read.ok ? accept(text) : read;
}

export type { SecretId };
export { parseSecretId, readSecretId };
