import type { Parsed } from './parse.ts';
import { accept, refuse, shown } from './parse.ts';

const MAX_URL_SHOWN_CHARACTERS = 100;

/** Kept as written: SQS compares queue URLs as text. */
function parseQueueUrl(text: string): Parsed<string> {
  const remedy = 'give the URL of the queue, such as https://sqs.us-east-1.amazonaws.com/123456789012/NAME';
  const url = parseHttpUrl(text, remedy);
  if (!url.ok) return url;
  if (!/^\/.+/.test(url.value.pathname)) return refuse(`is ${shownUrl(text)}: ${remedy}`);
  return accept(text);
}

/** The last part of a queue's URL, or of its ARN: names are unique in an account and region. */
function queueName(urlOrArn: string): string {
  return urlOrArn.slice(Math.max(urlOrArn.lastIndexOf('/'), urlOrArn.lastIndexOf(':')) + 1);
}

function parseHttpUrl(text: string, remedy: string): Parsed<URL> {
  if (/[@?#]/.test(text)) {
    return refuse(`has credentials, a query or a fragment (its value is not shown here): ${remedy}`);
  }
  const url = /^https?:\/\/[^\s\\]+$/i.test(text) ? URL.parse(text) : null;
  if (url === null) return refuse(`is ${shownUrl(text)}: ${remedy}`);
  return accept(url);
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** What does not look like an address may be anything, a token included, so it is shown only when it is short. */
function shownUrl(text: string): string {
  const address = /^(arn:|[a-z]+:\/\/|[\w-]+\.)[\w.:/-]*$/i.test(text);
  return address ? shown(text, MAX_URL_SHOWN_CHARACTERS) : shown(text);
}

export { isLoopback, parseHttpUrl, parseQueueUrl, queueName, shownUrl };
