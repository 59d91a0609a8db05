import { MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import {
  MAX_FORM_PAIRS,
  missingProblem,
  requestOf,
  requiredFields,
  SEPARATOR,
  type WebhookForm,
} from '../../webhook/form.ts';

/**
 * The mapping templates by which API Gateway makes an SQS request of what was posted, and an answer of what SQS replies
 * (Velocity Template Language; API Gateway: "Variables for data transformations"). What is fixed is written percent-encoded,
 * so that no quote, `$` or `#` of it can mean anything to the template engine; what was posted passes `$util.urlEncode`, and
 * is never looked at again. Each line ends in `##`, which takes the line's end with it.
 */

/** Of the Query protocol of SQS, whose bodies need no escaping beside percent-encoding. */
const SEND_MESSAGE = 'Action=SendMessage&Version=2012-11-05';
/** The answer to a request without a body; nothing else that is sent here can be answered so. */
const MISSING_BODY = 'MissingParameter';
/** How the message of a form ends: the lead is the last in it. */
const CLOSING = '}]}}';

/** The body that was posted, byte for byte. One that is certainly too large is not sent on: SQS would read all of it first. */
function messageTemplate(): string {
  return lines(
    `${SEND_MESSAGE}#if($input.body.length() <= ${MAX_MESSAGE_BYTES})`,
    '&MessageBody=$util.urlEncode($input.body)',
    '#end',
  );
}

/**
 * The message of a form, the same as `formMessage` makes of it. The template cannot end a request: where a field is missing
 * it leaves out the body, and SQS's refusal is answered by {@link refusalTemplate}.
 */
function formTemplate(form: WebhookForm): string {
  const text = JSON.stringify(requestOf(form, form.values ?? {}));
  const [start, end] = [text.slice(0, -CLOSING.length), text.slice(-CLOSING.length)];
  const hasValues = Object.keys(form.values ?? {}).length > 0;
  return lines(
    '#set($posted = $input.body)',
    '#set($isForm = true)',
    '#if($posted.replaceAll("%[0-9A-Fa-f]{2}", "").contains("%"))',
    '#set($isForm = false)',
    '#end',
    '#set($pairs = $posted.split("&"))',
    `#if($pairs.size() > ${MAX_FORM_PAIRS})`,
    '#set($isForm = false)',
    '#end',
    '#set($values = {})',
    '#if($isForm)',
    '#foreach($pair in $pairs)',
    '#set($at = $pair.indexOf("="))',
    '#if($at >= 0)',
    '#set($from = $at + 1)',
    '#set($value = $util.urlDecode($pair.substring($from)))',
    '#if(!$value.isEmpty())',
    '#set($name = $util.urlDecode($pair.substring(0, $at)))',
    '#if($values.containsKey($name))',
    `#set($value = $values.get($name).concat("${SEPARATOR}").concat($value))`,
    '#end',
    '#set($before = $values.put($name, $value))',
    '#end',
    '#end',
    '#end',
    '#end',
    '#set($isComplete = $isForm)',
    ...requiredFields(form).flatMap((name) => [
      `#if(!$values.containsKey("${name}"))`,
      '#set($isComplete = false)',
      '#end',
    ]),
    SEND_MESSAGE,
    '#if($isComplete)',
    `&MessageBody=${encoded(start)}`,
    `#set($comma = "${hasValues ? encoded(',') : ''}")`,
    ...Object.entries(form.fields).flatMap(([name, target]) => [
      `#if($values.containsKey("${name}"))`,
      // `escapeJavaScript` writes \' for ', which is not JSON (API Gateway: "$util functions").
      `\${comma}${encoded(`"${target}":"`)}$util.urlEncode($util.escapeJavaScript($values.get("${name}")).replaceAll("\\\\'", "'"))${encoded('"')}`,
      `#set($comma = "${encoded(',')}")`,
      '#end',
    ]),
    encoded(end),
    '#end',
  );
}

/** The answer to what SQS has accepted. A form has no id of its own, so that SQS's is its relay id. */
function acceptedTemplate(kind: 'message' | 'form'): string {
  const messageId = '"$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"';
  return kind === 'form' ? `{"relayId":${messageId},"messageId":${messageId}}` : `{"messageId":${messageId}}`;
}

/** The answer to a body that SQS refuses, or that was left out: too large a message, or a form without a field that it needs. */
function refusalTemplate(form?: WebhookForm): string {
  const tooLarge = [{ path: '', expected: `at most ${MAX_MESSAGE_BYTES} bytes, SQS's limit: split the records` }];
  const incomplete = (form === undefined ? [] : requiredFields(form)).map(missingProblem);
  return lines(
    `#if($input.path('$.Error.Code') == "${MISSING_BODY}")`,
    ...(form === undefined ? ['#set($context.responseOverride.status = 413)'] : []),
    JSON.stringify({ problems: form === undefined ? tooLarge : incomplete }),
    '#else',
    `{"problems":[{"path":"","expected":"what SQS takes; $util.escapeJavaScript($input.path('$.Error.Message')).replaceAll("\\\\'", "'")"}]}`,
    '#end',
  );
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function lines(...all: readonly string[]): string {
  return all.join('##\n');
}

export { acceptedTemplate, formTemplate, messageTemplate, refusalTemplate };
