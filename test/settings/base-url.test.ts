import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeployedBaseUrl } from '../../lib/cloud/resolve-props.ts';
import { baseUrlPattern, parseBaseUrl } from '../../lib/settings/base-url.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { runsOf } from '../support/runs-of.ts';

/** Pieces of addresses, right and wrong, put together in every way. */
const PIECES = {
  scheme: ['https://', 'HTTPS://', 'http://', 'https:', 'https:/', '', 'ftp://'],
  host: [
    '123-ABC-456.mktorest.com',
    '123-abc-456.MKTOREST.COM',
    'a.b.mktorest.com',
    'mktorest.com',
    '.mktorest.com',
    '-a.mktorest.com',
    'a-.mktorest.com',
    'a..mktorest.com',
    'a_b.mktorest.com',
    'xn--a.mktorest.com',
    'xn--mnchen-3ya.mktorest.com',
    `${'a'.repeat(63)}.mktorest.com`,
    `${'a'.repeat(64)}.mktorest.com`,
    'a.mktorest.com.',
    'a.mktorest.com.example.com',
    'amktorest.com',
    'x',
    'proxy.example.com',
    'proxy.example.123',
    'proxy.0x1',
    '1.2.3.4',
    '256.1.1.1',
    '1.2.3',
    '0x7f.1',
    '[::1]',
    'münchen.example',
    'xn--a.example',
    'a%41.example',
    'localhost',
    'a b.example',
    '',
  ],
  port: ['', ':', ':0', ':443', ':0443', ':8443', ':65535', ':65536', ':99999', ':1e3', ':-1'],
  path: [
    '',
    '/',
    '/rest',
    '/rest/',
    '//',
    '/REST',
    '/rest/v1',
    '/./rest',
    '/identity',
    '?a=b',
    '#',
    '/%72est',
    '\\rest',
  ],
} as const;

const assembled = fc
  .tuple(
    fc.constantFrom(...PIECES.scheme),
    fc.constantFrom(...PIECES.host),
    fc.constantFrom(...PIECES.port),
    fc.constantFrom(...PIECES.path),
  )
  .map((pieces) => pieces.join(''));

/** Strings that match. The generator knows no lookahead, so what that keeps out is drawn and thrown away. */
function matching(allowOtherHosts: boolean): fc.Arbitrary<string> {
  const pattern = baseUrlPattern(allowOtherHosts);
  const drawn = fc.stringMatching(new RegExp(pattern.replaceAll(/\(\?![^)]*\)/g, '')));
  return drawn.filter((text) => new RegExp(pattern).test(text));
}

/** One character of an address that is right, changed into any other. */
const mutated = fc
  .tuple(matching(true), fc.nat(), fc.string({ minLength: 0, maxLength: 2 }))
  .map(([text, at, by]) => text.slice(0, at % (text.length + 1)) + by + text.slice((at % (text.length + 1)) + 1));

const RUNS = { numRuns: runsOf(2_000) };

describe.each([false, true])('base URLs of a deployed relay, other hosts allowed: %s', (allowOtherHosts) => {
  const pattern = new RegExp(baseUrlPattern(allowOtherHosts));
  const parserAccepts = (text: string) => parseDeployedBaseUrl(text, allowOtherHosts).ok;
  const functionAccepts = (text: string) => parseBaseUrl(text, { allowOtherHosts, switchName: 'x' }).ok;

  it('are accepted by the parser and by the function when the template lets them through', () => {
    fc.assert(
      fc.property(matching(allowOtherHosts), (text) => parserAccepts(text) && functionAccepts(text)),
      RUNS,
    );
  });

  it('are refused by the parser when the template refuses them, and the other way round', () => {
    fc.assert(
      fc.property(fc.oneof(assembled, mutated, fc.webUrl(), fc.string()), (text) => {
        expect({ text, accepted: parserAccepts(text) }).toEqual({ text, accepted: pattern.test(text) });
        if (parserAccepts(text)) expect(functionAccepts(text)).toBe(true);
      }),
      RUNS,
    );
  });

  it('leave nothing to refuse when the function starts', () => {
    fc.assert(
      fc.property(matching(allowOtherHosts), (text) => {
        const settings = readSettings({
          MARKETO_BASE_URL: text,
          ALLOW_OTHER_HOSTS: String(allowOtherHosts),
          MARKETO_SECRET_ID: 'marketo',
          QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/q',
          DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/d',
          LEDGER_TABLE_NAME: 'ledger',
          OVERFLOW_BUCKET_NAME: 'overflow',
        });
        expect(new URL(settings.marketoBaseUrl).origin).toBe(settings.marketoBaseUrl);
      }),
      { numRuns: runsOf(300) },
    );
  });
});

describe('the pattern', () => {
  it('lets the credentials go to Marketo alone', () => {
    fc.assert(
      fc.property(matching(false), (text) => new URL(text).hostname.endsWith('.mktorest.com')),
      RUNS,
    );
  });

  it('uses nothing that Java reads otherwise', () => {
    for (const allow of [false, true]) expect(baseUrlPattern(allow)).toMatch(/^\^[A-Za-z0-9[\](){}?!*+|.\\:/,-]+\$$/);
  });
});
