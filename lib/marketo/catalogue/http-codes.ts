import type { CatalogueEntry } from './types.ts';
import { REAUTHENTICATE, RESHAPE_HALVE, RESHAPE_POST_AS_GET, RETRY_GROWING, STOP } from './verdicts.ts';

/**
 * HTTP statuses. Marketo: error-codes, "HTTP-Level Errors" names 413, 414 and, from the Identity endpoint alone, 401.
 * The others are not in Marketo's documents: they are what RFC 9110 and RFC 6585 let any gateway on the way answer.
 */
const HTTP_CODES: readonly CatalogueEntry[] = [
  {
    code: '401',
    level: 'identity',
    name: 'Credentials refused',
    verdict: STOP,
    // Identity calls are free and take no permit (Marketo: identity API description), so there is nothing to give back.
    counted: true,
    executed: 'no',
    meaning: 'Marketo issued no access token: it does not know this client id, or the client secret is not its own.',
    remedy:
      'Compare the stored clientId and clientSecret with the custom service under Admin > LaunchPoint, and correct the secret. The messages are kept and go on by themselves.',
  },
  {
    // Source: RFC 9110, 15.5.2. Marketo reports a bad token as 601 or 602 in the body, so this comes from in front of it.
    code: '401',
    level: 'http',
    name: 'Unauthorized call',
    verdict: REAUTHENTICATE,
    counted: true,
    executed: 'no',
    meaning: 'Something in front of the API refused the access token before Marketo looked at the call.',
    remedy:
      'If a fresh token did not help, check that the base URL is that of the subscription which issued the credentials, and that no proxy removes the Authorization header.',
  },
  {
    // Source: RFC 9110, 15.5.9.
    code: '408',
    level: 'http',
    name: 'Request not received in time',
    verdict: RETRY_GROWING,
    counted: true,
    executed: 'unknown',
    meaning: 'A server on the way gave up waiting for the call or for its answer.',
    remedy:
      'Look for a slow network path or for very large bodies. If the operation may not be repeated, look in Marketo whether it took effect before sending it again.',
  },
  {
    code: '413',
    level: 'http',
    name: 'Body too large',
    verdict: RESHAPE_HALVE,
    counted: true,
    executed: 'no',
    meaning: 'The body is over 1 MB, or the file of a bulk import over 10 MB. Nothing of it was processed.',
    remedy:
      'Calls with several records are halved by the relay. A single record that is too large has to lose its longest values; a bulk file has to be cut into smaller files.',
  },
  {
    code: '414',
    level: 'http',
    name: 'URI too long',
    verdict: RESHAPE_POST_AS_GET,
    counted: true,
    executed: 'no',
    meaning: 'The address with its query is over 8 KB, mostly because of a long list of filter values.',
    remedy:
      'Reads are sent again as a POST with _method=GET by the relay. If that was refused too, ask for fewer filter values in each message.',
  },
  {
    // Source: RFC 6585, 4. Marketo's own rate limit is 606, with status 200.
    code: '429',
    level: 'http',
    name: 'Too many requests',
    verdict: RETRY_GROWING,
    counted: true,
    executed: 'no',
    meaning:
      'A gateway in front of Marketo is limiting calls; this is not the 100 calls in 20 seconds of the API itself.',
    remedy: "Lower the relay's rate or concurrency if it keeps happening, and ask Marketo support which limit was met.",
  },
  {
    // Source: RFC 9110, 15.6.4.
    code: '503',
    level: 'http',
    name: 'Service unavailable',
    verdict: RETRY_GROWING,
    counted: true,
    executed: 'no',
    meaning: 'The API is down or under maintenance and took no work.',
    remedy: 'See status.adobe.com for Marketo Engage. Send the message again once the service is back.',
  },
  {
    // Source: RFC 9110, 15.6.5.
    code: '504',
    level: 'http',
    name: 'Gateway timeout',
    verdict: RETRY_GROWING,
    counted: true,
    executed: 'unknown',
    meaning: 'A gateway passed the call on and stopped waiting for the answer; Marketo may have finished it since.',
    remedy:
      'For an operation that may not be repeated, look in Marketo whether it took effect. If large calls are hit again and again, put fewer records into each.',
  },
];

export { HTTP_CODES };
