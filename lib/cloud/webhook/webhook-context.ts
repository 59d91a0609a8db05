import { readFileSync } from 'node:fs';
import { accept, type Parsed, refuse, shown } from '../../settings/parse.ts';
import { readForms, type WebhookForm } from '../../webhook/form.ts';
import { WEBHOOK_AUTHENTICATIONS, type WebhookAuthentication } from './webhook-props.ts';

function parseAuthentication(text: string): Parsed<WebhookAuthentication> {
  const found = WEBHOOK_AUTHENTICATIONS.find((one) => one === text);
  return found === undefined
    ? refuse(`is ${shown(text)}: give one of ${WEBHOOK_AUTHENTICATIONS.join(', ')}`)
    : accept(found);
}

/** The path of a JSON file with a list of forms: examples/webhook-forms.json. */
function parseFormsFile(path: string): Parsed<readonly WebhookForm[]> {
  const what = 'give the path of a JSON file with a list of forms';
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return refuse(
      `is ${shown(path, 100)}, ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}: ${what}`,
    );
  }
  const read = readForms(value);
  return 'forms' in read
    ? accept(read.forms)
    : refuse(`is ${shown(path, 100)}, where ${read.problems.join('; ')}: ${what}`);
}

export { parseAuthentication, parseFormsFile };
