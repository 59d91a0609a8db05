import { closeSync, openSync } from 'node:fs';
import { createTransport } from '../../marketo/http-client.ts';
import { createIdentity } from '../../marketo/identity.ts';
import type { RealMarketo } from './arguments.ts';

const TIMEOUT_MS = 15_000;

/**
 * Asks a real Marketo for a token before anything is published: a mistyped host or wrong credentials would else be taken for an
 * outage, and waited out. What passes by itself (5xx) is no reason not to start.
 *
 * @returns what is wrong, with the remedy.
 */
async function checkMarketo({ baseUrl, clientId, clientSecret }: RealMarketo): Promise<string | undefined> {
  const transport = createTransport();
  try {
    const answer = await createIdentity({ baseUrl, transport, timeoutMs: TIMEOUT_MS }).fetchToken({
      clientId,
      clientSecret,
    });
    if (answer.kind === 'token') return undefined;
    if (answer.kind === 'refused') {
      return `--marketo ${baseUrl}: ${answer.detail}. Check MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET (Admin, LaunchPoint).`;
    }
    if (/HTTP 5\d\d/.test(answer.detail)) return undefined;
    return `--marketo ${baseUrl}: ${answer.detail}. Is this the host of the REST endpoint (Admin, Web Services)? Nothing was published.`;
  } finally {
    transport.close();
  }
}

/** Whether a file can be appended to, made if need be: what is wrong. */
function checkWritable(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export { checkMarketo, checkWritable };
