import type { CatalogueEntry } from './types.ts';
import {
  ISOLATE,
  REAUTHENTICATE,
  REJECT,
  RETRY_GROWING,
  RETRY_LONG,
  STOP,
  WAIT_DAY,
  WAIT_SLOT,
  WAIT_WINDOW,
} from './verdicts.ts';

type Row = Omit<CatalogueEntry, 'level' | 'counted' | 'executed'> &
  Partial<Pick<CatalogueEntry, 'counted' | 'executed'>>;

/**
 * Codes of `errors[]` in a reply with `success: false`. Marketo: error-codes, "Response-Level Error Codes".
 *
 * `counted: false` marks the codes that carry an asterisk there: such replies count against neither quota nor rate. The
 * note to the asterisk has lost its mark in later editions; a support article (ka-28813) still has it. `executed` is
 * `no` by the same page, which says that a 6xx call was not executed; the exceptions say why.
 */
const ROWS: readonly Row[] = [
  {
    code: '500',
    name: 'Internal server error',
    verdict: RETRY_GROWING,
    executed: 'unknown', // a fault at an unknown point of the work
    meaning: 'Marketo failed in the middle of the call. A malformed request URL is answered in this way too.',
    remedy:
      "Check the path of the request letter by letter. If it is right, give the request and Marketo's requestId to Marketo support.",
  },
  {
    code: '502',
    name: 'Bad gateway',
    verdict: RETRY_GROWING,
    executed: 'unknown', // likely a timeout behind the gateway
    meaning:
      "Marketo's gateway got no usable answer from the server behind it, in most cases because that took too long.",
    remedy:
      'Send it again later, with fewer records if it was a large call. If it may not be repeated, look in Marketo whether it took effect.',
  },
  {
    code: '600',
    name: 'Access token missing',
    verdict: REAUTHENTICATE,
    counted: false, // starred in ka-28813 only; error-codes has no row for it, and since August 2022 the answer is 603
    meaning: 'The call reached Marketo without an access token.',
    remedy:
      'Check that no proxy strips the Authorization header, and that the identity address is the base URL with /identity and without /rest.',
  },
  {
    code: '601',
    name: 'Access token invalid',
    verdict: REAUTHENTICATE,
    counted: false,
    meaning: 'Marketo does not know the access token: it was replaced, or expired and already refused once with 602.',
    remedy:
      'If a fresh token is refused as well, check that base URL and credentials belong to the same subscription and that the custom service still exists.',
  },
  {
    code: '602',
    name: 'Access token expired',
    verdict: REAUTHENTICATE,
    counted: false,
    meaning: 'The hour of the access token is over.',
    remedy:
      'The relay fetches another by itself. A dead letter with this code means that identity kept handing out an expired one: tell Marketo support.',
  },
  {
    code: '603',
    name: 'Access denied',
    verdict: STOP,
    meaning:
      "The token is good, but its API-only user may not do this: the role lacks a permission, or the caller's address is not on the allowlist for API access.",
    remedy:
      "Give the role of the API-only user the permission for this endpoint, or add the relay's outgoing address to the allowlist under Admin > Web Services. Then send the message again.",
  },
  {
    code: '604',
    name: 'Request timed out in Marketo',
    verdict: RETRY_GROWING,
    counted: false,
    executed: 'unknown', // it was running for too long, so a part may be done
    meaning: 'Marketo stopped the call after it had run for too long, often because of contention in the database.',
    remedy:
      'Send fewer records in a message, away from nightly batch campaigns. If it may not be repeated, look in Marketo whether it took effect.',
  },
  {
    code: '605',
    name: 'HTTP method not supported',
    verdict: REJECT,
    counted: false,
    meaning: 'The path exists, but not for this method; a GET was sent where a POST is due, for instance.',
    remedy: 'Correct `method` in the message after the endpoint reference, and publish it again.',
  },
  {
    code: '606',
    name: 'Rate limit exceeded',
    verdict: WAIT_WINDOW,
    meaning: 'All integrations of the subscription together made more than 100 calls within 20 seconds.',
    remedy:
      "Nothing is lost: the relay waits. If it is frequent, lower the relay's share of the rate or that of the other integrations.",
  },
  {
    code: '607',
    name: 'Daily quota reached',
    verdict: WAIT_DAY,
    meaning: 'The subscription has used up its calls until midnight US Central time.',
    remedy:
      'See Admin > Web Services for who uses the quota. Send more records in each call, slow the others down, or buy more calls.',
  },
  {
    code: '608',
    name: 'API temporarily unavailable',
    verdict: RETRY_GROWING,
    counted: false,
    meaning: 'The API of this subscription is out of service for the moment.',
    remedy: 'See status.adobe.com, and send the message again when the service is back.',
  },
  {
    code: '609',
    name: 'Invalid JSON',
    verdict: ISOLATE,
    meaning: 'Marketo could not parse the body, or found a member of another shape than the endpoint expects.',
    remedy:
      'Compare the body of this message with the endpoint reference: objects where arrays are due, lone surrogates and control characters are the usual reasons.',
  },
  {
    code: '610',
    name: 'Resource not found',
    verdict: REJECT,
    meaning: 'No endpoint of the API has this path.',
    remedy:
      'Correct the spelling of the path, its upper and lower case and its .json ending, and publish the message again.',
  },
  {
    code: '611',
    name: 'System error',
    // Often permanent: scheduling a campaign with a clone onto an existing program name ends so, every time.
    verdict: { kind: 'retry', pace: 'growing', maxAttempts: 4 },
    counted: false,
    executed: 'unknown', // an unhandled exception at an unknown point of the work
    meaning: 'An exception inside Marketo that nobody handled. Odd but well-formed input can cause it every time.',
    remedy:
      'Try the request with fewer records or fields to find what upsets Marketo, and give Marketo support the requestId. If it may not be repeated, look in Marketo whether it took effect.',
  },
  {
    code: '612',
    name: 'Invalid content type',
    verdict: REJECT,
    meaning: 'The endpoint wants another kind of body than it was sent.',
    remedy: 'Use `body` for endpoints that take JSON and `form` for those that take form fields.',
  },
  {
    code: '613',
    name: 'Invalid multipart request',
    verdict: REJECT,
    meaning: 'The parts of a file upload were missing or not separated as announced.',
    remedy: 'Check the file part of the import, its name and its boundary, and send the file again.',
  },
  {
    code: '614',
    name: 'Subscription unreachable',
    verdict: RETRY_LONG,
    meaning: 'Marketo cannot find the subscription or cannot reach it, in most cases for a time only.',
    remedy:
      "If it lasts for hours, check the subscription's id in the base URL and ask Marketo support whether the subscription was moved.",
  },
  {
    code: '615',
    name: 'Too many concurrent calls',
    verdict: WAIT_SLOT,
    meaning: 'Ten calls of this subscription, by all integrations together, were already in progress.',
    remedy:
      'Nothing is lost: the relay waits. If it is frequent, lower its concurrency or find the integration that holds long calls.',
  },
  {
    code: '616',
    name: 'Invalid subscription type',
    verdict: REJECT,
    meaning: "The subscription's contract does not include this API; custom object types are such a case.",
    remedy: "Ask your Adobe account team to enable the feature, or define the object in Marketo's own user interface.",
  },
  {
    code: '701',
    name: 'Required field blank',
    verdict: ISOLATE,
    meaning: "A field that must have a value was empty; Marketo's message names it.",
    remedy: 'Fill the named field in this message, and publish it again.',
  },
  {
    code: '702',
    name: 'No data found',
    verdict: REJECT,
    meaning:
      'Nothing matches what the request asks for or wants to change; the asset API answers so for an unknown id.',
    remedy:
      'Check the ids and filter values. The thing may have been deleted, or live in a workspace that this user cannot see.',
  },
  {
    code: '703',
    name: 'Feature not enabled',
    verdict: REJECT,
    meaning: 'The subscription does not have the beta feature that this endpoint belongs to.',
    remedy: 'Have the feature switched on by Adobe, or stop sending requests that need it.',
  },
  {
    code: '704',
    name: 'Invalid date',
    verdict: ISOLATE,
    meaning: 'A date is not in a format that Marketo reads, or the id of a dynamic content is wrong.',
    remedy: 'Write dates as ISO 8601 with a time zone, such as 2026-01-31T17:00:00Z, and check dynamic content ids.',
  },
  {
    code: '709',
    name: 'Business rule violated',
    verdict: ISOLATE,
    meaning:
      'The state of the asset does not allow this: no template, no draft to approve, already approved, or a program that holds what cannot be cloned.',
    remedy: "Read Marketo's message, bring the asset into the state that the operation needs, and send it again.",
  },
  {
    code: '710',
    name: 'Parent folder not found',
    verdict: REJECT,
    meaning: 'The folder to put the asset into does not exist, or is invisible to this user.',
    remedy: "Check the folder's id and type, and the workspaces of the API-only user's role.",
  },
  {
    code: '711',
    name: 'Wrong folder type',
    verdict: REJECT,
    meaning: 'The folder exists but cannot hold this kind of asset.',
    remedy: 'Name a folder or program of the area that the asset belongs to, with the right `type`.',
  },
  {
    code: '712',
    name: 'Person Accounts cannot be merged',
    verdict: REJECT,
    meaning: 'At least one of the leads to merge is a Person Account in Salesforce.',
    remedy: 'Merge the two accounts in Salesforce; the synchronisation brings the result to Marketo.',
  },
  {
    code: '713',
    name: 'Transient error',
    verdict: RETRY_GROWING,
    meaning: 'Something that Marketo needed for the call was not available for a moment.',
    remedy: 'Send the message again. If it never passes, give Marketo support the requestId.',
  },
  {
    code: '714',
    name: 'No default record type',
    verdict: REJECT,
    meaning: 'A merge that should reach the CRM found no default record type there.',
    remedy: "Set a default record type for the profile of the CRM's sync user, or merge without mergeInCRM.",
  },
  {
    code: '718',
    name: 'Sales person not found',
    verdict: ISOLATE,
    meaning: 'An opportunity names an externalSalesPersonId that Marketo does not have.',
    remedy: 'Sync the sales person first, or correct the externalSalesPersonId in this message.',
  },
  {
    code: '719',
    name: 'Lock not obtained',
    verdict: RETRY_GROWING,
    meaning: 'A program clone waited too long for another operation that held the program.',
    remedy: 'Let other clones of the same program finish first, then send the message again.',
  },
];

const RESPONSE_CODES: readonly CatalogueEntry[] = ROWS.map((row) => ({
  level: 'response',
  counted: true,
  executed: 'no',
  ...row,
}));

export { RESPONSE_CODES };
