import { Token } from 'aws-cdk-lib';
import { readForms } from '../../webhook/form.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { WebhookIntakeProps } from './webhook-props.ts';
import { WEBHOOK_AUTHENTICATIONS } from './webhook-props.ts';

/** API Gateway's quota for an account and region (API Gateway: quotas). */
const MAX_REQUESTS_PER_SECOND = 10_000;
const MAX_BURST = 5_000;
const DEFAULT_REQUESTS_PER_SECOND = 50;
/** All environment variables of a function have 4 KB together (Lambda: quotas). */
const MAX_FORMS_BYTES = 3_000;

interface Throttle {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** @throws {ConfigurationError} that lists every bad prop with its value and what to give instead. */
function requireSound(props: WebhookIntakeProps): Throttle {
  const { authentication, forms = [], secret } = props;
  const { requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND } = props;
  const { burst = Math.min(2 * requestsPerSecond, MAX_BURST) } = props;
  const read = readForms(forms);
  const problems = [
    ...outside('requestsPerSecond', requestsPerSecond, MAX_REQUESTS_PER_SECOND),
    ...outside('burst', burst, MAX_BURST),
    ...('problems' in read ? read.problems.map((problem) => `forms ${problem}`) : []),
  ];
  if (!WEBHOOK_AUTHENTICATIONS.includes(authentication)) {
    problems.push(
      `authentication is ${JSON.stringify(authentication)}: give one of ${WEBHOOK_AUTHENTICATIONS.join(', ')}`,
    );
  }
  if (authentication !== 'signature' && secret !== undefined) {
    problems.push(`secret is for an authentication by signature, and it is by ${authentication}: leave it out`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(forms));
  if (authentication === 'signature' && bytes > MAX_FORMS_BYTES) {
    problems.push(
      `forms come to ${bytes} bytes, and an environment variable of the function has room for ${MAX_FORMS_BYTES}: ` +
        'make another WebhookIntake for some of them',
    );
  }
  if (problems.length > 0) throw new ConfigurationError('The webhook intake cannot be built', problems);
  return { requestsPerSecond, burst };
}

function outside(name: string, value: number, most: number): readonly string[] {
  if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1 && value <= most)) return [];
  return [`${name} is ${value}: give a whole number from 1 to ${most}`];
}

export type { Throttle };
export { requireSound };
