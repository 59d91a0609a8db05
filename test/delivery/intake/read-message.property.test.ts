import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import { embedJson, readJson, toJsonText, unembedJson } from '../../../lib/message/json-text.ts';
import { decodeRelayState, encodeRelayState } from '../../../lib/message/relay-attribute.ts';
import { MAX_HISTORY, type RelayState } from '../../../lib/message/relay-state.ts';
import { pathFaults } from '../../../lib/message/request-path.ts';
import { MAX_RECORDS } from '../../../lib/settings/policy.ts';
import { runsOf } from '../../support/runs-of.ts';
import { NOW_MS, recordOf } from './fixtures.ts';

const OUTSIDE_XML = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const SEED = 20_270_301;
const text = fc.string({ unit: 'binary', maxLength: 40 });

/** Bodies that look like messages, with something odd in any place. */
const almostMessage = fc.record(
  {
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'DELETE'), fc.anything()),
    path: fc.oneof(
      fc.constantFrom('/rest/v1/leads.json', '/rest/v1/campaigns/1/trigger.json', '/bulk/v1/leads.json'),
      text.map((rest) => `/rest/v1/${rest}`),
      fc.anything(),
    ),
    query: fc.oneof(fc.dictionary(text, fc.jsonValue()), fc.anything()),
    body: fc.oneof(fc.record({ input: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()) }), fc.jsonValue()),
    form: fc.oneof(fc.dictionary(text, fc.jsonValue()), fc.jsonValue()),
    id: fc.oneof(text, fc.jsonValue()),
    notAfter: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.jsonValue(),
    ),
    idempotent: fc.jsonValue(),
    deadLetter: fc.constantFrom(1, 2, '1'),
    message: fc.oneof(
      fc.record({ body: fc.jsonValue(), positions: fc.jsonValue(), attributes: fc.jsonValue() }),
      fc.jsonValue(),
    ),
    overflow: fc.oneof(
      fc.record({ bucket: text, key: text, cut: fc.array(fc.constant('message.body')) }),
      fc.jsonValue(),
    ),
    relayId: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const state: fc.Arbitrary<RelayState> = fc.record(
  {
    relayId: fc.stringMatching(/^[!-~](?:[ -~]{0,126}[!-~])?$/),
    attempts: fc.nat(1_000_000),
    attemptsAlone: fc.nat(1_000_000),
    mayBeDone: fc.constant(true as const),
    tokenTries: fc.integer({ min: 1, max: 10 }),
    firstSeenMs: fc.integer({ min: 0, max: NOW_MS }),
    firstFailedMs: fc.integer({ min: 0, max: NOW_MS }),
    lastCode: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((code) => code.length <= 40),
    history: fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: NOW_MS }), code: fc.stringMatching(/^[0-9A-Za-z]{1,40}$/) }),
      { maxLength: MAX_HISTORY },
    ),
    positions: fc.uniqueArray(fc.nat(MAX_RECORDS - 1), { maxLength: 200 }),
    part: fc.nat(1_000_000),
    shareAtMost: fc.integer({ min: 1, max: MAX_RECORDS }),
  },
  { requiredKeys: ['relayId', 'attempts', 'attemptsAlone', 'firstSeenMs', 'history', 'part'] },
);

describe('readMessage', () => {
  it('gives an outcome for every text', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.json(), fc.json({ stringUnit: 'binary' })), (body) => {
        expect(['message', 'invalid', 'overflowed']).toContain(readMessage(recordOf(body), NOW_MS).kind);
      }),
      { numRuns: runsOf(1_000), seed: SEED },
    );
  });

  it('gives an outcome for everything that resembles a message, and a problem or a sound request', () => {
    fc.assert(
      fc.property(almostMessage, text, (message, attribute) => {
        const body = JSON.stringify(message) ?? '';
        const attributes = { relay: { dataType: 'String', stringValue: attribute } };
        const intake = readMessage(recordOf(body, { attributes }), NOW_MS);
        if (intake.kind === 'invalid') expect(intake.problems.length).toBeGreaterThan(0);
        if (intake.kind === 'message') {
          const { path, method } = intake.message.request;
          expect(new URL(path, 'https://relay.example').href).toBe(`https://relay.example${path}`);
          expect(path).toMatch(/^\/(?:rest\/v1|rest\/asset\/v1|bulk\/v1)\/./);
          expect(['GET', 'POST', 'DELETE']).toContain(method);
        }
      }),
      { numRuns: runsOf(2_000), seed: SEED },
    );
  });

  it('accepts only paths that every URL parser leaves as they are', () => {
    const segment = fc.string({ unit: fc.constantFrom(...'./\\%2ef5cF;:@?# aA0-_~\r\n\t'), maxLength: 12 });
    fc.assert(
      fc.property(segment, (rest) => {
        const path = `/rest/v1/${rest}`;
        fc.pre(pathFaults(path).length === 0);
        const url = new URL(path, 'https://relay.example');
        expect([url.host, url.pathname, url.search, url.hash]).toEqual(['relay.example', path, '', '']);
        expect(decodeURIComponent(path).split('/')).toHaveLength(path.split('/').length);
      }),
      { numRuns: runsOf(2_000), seed: SEED, maxSkipsPerRun: 1_000 },
    );
  });
});

describe('the relay attribute', () => {
  it('reads back as the state that was written, in characters that SQS takes', () => {
    fc.assert(
      fc.property(state, (written) => {
        const attribute = encodeRelayState(written);
        expect(attribute.stringValue).not.toMatch(OUTSIDE_XML);
        expect(decodeRelayState({ relay: attribute }, NOW_MS)).toEqual(written);
      }),
      { numRuns: runsOf(1_000), seed: SEED },
    );
  });

  it('is never more than a state, whatever a publisher writes into it', () => {
    const forged = fc.oneof(
      text,
      fc.json(),
      fc
        .record({ v: fc.constant(1), id: text, attempt: fc.jsonValue(), firstSeen: fc.jsonValue(), positions: text })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(forged, (stringValue) => {
        expect(() => decodeRelayState({ relay: { dataType: 'String', stringValue } }, NOW_MS)).not.toThrow();
      }),
      { numRuns: runsOf(1_000), seed: SEED },
    );
  });
});

describe('embedding a body', () => {
  it('loses nothing: what comes out means what went in', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json({ stringUnit: 'binary' }),
          text,
          fc.jsonValue().map((value) => JSON.stringify(value, null, 2)),
        ),
        (body) => {
          const letter = toJsonText({ body: embedJson(body) });
          const out = unembedJson((JSON.parse(letter) as { body: never }).body);
          const [before, after] = [readJson(body, 100), readJson(out, 100)];
          if (!before.ok) expect(out).toBe(body);
          else expect(after.ok && toJsonText(after.value)).toBe(toJsonText(before.value));
        },
      ),
      { numRuns: runsOf(1_000), seed: SEED },
    );
  });
});
