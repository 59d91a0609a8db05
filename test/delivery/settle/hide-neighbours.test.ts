import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/delivery/outcome.ts';
import { toCall } from '../../../lib/delivery/plan/bisect.ts';
import { hideNeighbours, hideNeighbourText } from '../../../lib/delivery/settle/hide-neighbours.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { toHttpRequest } from '../../../lib/marketo/http-request.ts';
import type { Message } from '../../../lib/message/message.ts';
import { runsOf } from '../../support/runs-of.ts';
import { messageOf } from '../fixtures.ts';
import { json, LOST, page, START_MS } from '../harness.ts';

const TAINT = 'tainted-';

function exchangeOf(messages: readonly Message[], reply: HttpReply): Exchange {
  const items = messages.flatMap(toWorkItems);
  return { request: toHttpRequest('https://x.mktorest.com', toCall(items).request), reply, sentAtMs: START_MS, items };
}

function messages(...inputs: readonly (readonly object[])[]): readonly [Message, ...Message[]] {
  const all = inputs.map((input, index) => messageOf({ path: '/rest/v1/leads.json', body: { input } }, `m${index}`));
  return all as unknown as readonly [Message, ...Message[]];
}

const OWN = [{ email: 'own-1@x.test' }, { email: 'own-2@x.test' }];
const OTHER = [{ email: `${TAINT}1@x.test`, phone: `${TAINT}phone`, score: 987_654 }];

describe('what a letter shows of a shared call', () => {
  it('is its own records and its own results, in order', () => {
    const [own, other] = messages(OWN, OTHER);
    const result = [{ id: 1 }, { id: 2 }, { id: 3 }];
    const exchange = exchangeOf([other as Message, own], json({ requestId: 'r', success: true, result }));
    const { request, reply } = hideNeighbours(exchange, own, new Set([1]));
    expect(JSON.parse(request.body ?? '')).toEqual({ input: [OWN[1]] });
    expect(reply.kind === 'reply' && JSON.parse(reply.body)).toEqual({
      requestId: 'r',
      success: true,
      result: [{ id: 3 }],
    });
  });

  it('is everything when it was alone', () => {
    const [own] = messages(OWN);
    const exchange = exchangeOf([own], page(502, 'own-1@x.test'));
    expect(hideNeighbours(exchange, own, undefined)).toEqual({ request: exchange.request, reply: exchange.reply });
    expect(hideNeighbourText('own-1@x.test', exchange, own)).toBe('own-1@x.test');
  });

  it('is a reply to it alone letter by letter', () => {
    const [own] = messages(OWN);
    const exchange = exchangeOf([own], page(200, '{ "success" : true, "result" : [ {"id":1}, {"id":2} ] }'));
    expect(hideNeighbours(exchange, own, undefined).reply).toEqual(exchange.reply);
  });

  it('is the whole of a page that names nobody', () => {
    const [own, other] = messages(OWN, OTHER);
    const reply = page(502, '<html>Bad Gateway</html>');
    expect(hideNeighbours(exchangeOf([own, other as Message], reply), own, undefined).reply).toEqual(reply);
  });

  it('is the codes of an error that names a neighbour, without its words', () => {
    const [own, other] = messages(OWN, OTHER);
    const errors = [
      { code: '709', message: `Invalid: ${TAINT}phone` },
      { code: '611', message: 'System error' },
    ];
    const exchange = exchangeOf([own, other as Message], json({ requestId: 'r', success: false, errors, more: TAINT }));
    const { reply } = hideNeighbours(exchange, own, undefined);
    expect(reply.kind === 'reply' && JSON.parse(reply.body)).toEqual({
      requestId: 'r',
      success: false,
      errors: [
        { code: '709', message: expect.stringContaining('withheld') },
        { code: '611', message: 'System error' },
      ],
    });
  });

  it('leaves out results that cannot be told apart', () => {
    const [own, other] = messages(OWN, OTHER);
    const exchange = exchangeOf([own, other as Message], json({ success: true, result: [{ id: 5 }] }));
    const { reply } = hideNeighbours(exchange, own, undefined);
    expect(reply.kind === 'reply' && reply.body).toContain('1 entries for 3 records');
  });

  const WITHHELD = '(withheld: it speaks of other messages that shared the call)';

  describe('with a neighbour', () => {
    const [own, other] = messages(OWN, OTHER) as readonly [Message, Message];
    const shared = (reply: HttpReply): Exchange => exchangeOf([own, other], reply);
    const bodyAfter = (reply: HttpReply): unknown => {
      const shown = hideNeighbours(shared(reply), own, undefined).reply;
      return shown.kind === 'reply' ? shown.body : shown;
    };

    it('is no reply where there was none', () => {
      expect(bodyAfter(LOST)).toEqual(LOST);
    });

    it.each(['{"success":tr', '[{"id":1', '"some text', ' \n{"success"'])(
      'is nothing of what may be the beginning of results: %j',
      (body) => {
        expect(bodyAfter({ ...page(200, body), complete: false })).toBe(`${WITHHELD} ${body.length} characters`);
      },
    );

    it.each(['<html>', 'no {"json"}', ''])('is the whole of another text: %j', (body) => {
      expect(bodyAfter(page(200, body))).toBe(body);
    });

    it('is a request without its list where there is none', () => {
      const exchange = shared(LOST);
      const { body: _, ...bare } = exchange.request;
      const form = { ...bare, body: '{"input":{"email":"x"}}' };

      expect(hideNeighbours({ ...exchange, request: bare }, own, undefined).request).toEqual(bare);
      expect(hideNeighbours({ ...exchange, request: form }, own, undefined).request).toEqual(form);
    });

    it('keeps the other members of the request', () => {
      const exchange = shared(LOST);
      const request = { ...exchange.request, body: '{"action":"updateOnly","input":[1,2,3]}' };

      expect(hideNeighbours({ ...exchange, request }, own, undefined).request.body).toBe(
        '{"action":"updateOnly","input":[1,2]}',
      );
    });

    it('is the rest of an envelope that names nobody', () => {
      expect(JSON.parse(String(bodyAfter(json({ success: false, errors: [], more: 1 }))))).toEqual({
        success: false,
        errors: [],
        more: 1,
      });
    });

    it("has no request's id where Marketo gave none", () => {
      const reply = json({ success: false, errors: [{ code: '611', message: `${TAINT}phone` }] });

      expect(JSON.parse(String(bodyAfter(reply)))).toEqual({
        success: false,
        errors: [{ code: '611', message: WITHHELD }],
      });
    });

    it('says how many entries it leaves out', () => {
      expect(JSON.parse(String(bodyAfter(json({ success: true, result: [{ id: 5 }] }))))).toEqual({
        success: true,
        result: `${WITHHELD} 1 entries for 3 records`,
      });
    });
  });

  it('is its own part of a cut reply or of odd results, where only its own records were in the call', () => {
    const [own] = messages(OWN);
    const cut: HttpReply = { ...page(200, '{"success":tr'), complete: false };
    const odd = json({ success: true, result: [{ id: 5 }] });

    expect(hideNeighbours(exchangeOf([own], cut), own, new Set([1])).reply).toEqual(cut);
    expect(hideNeighbours(exchangeOf([own], odd), own, new Set([1])).reply).toEqual(odd);
    expect(hideNeighbours(exchangeOf([own], odd), own, new Set([1])).request.body).toBe(
      JSON.stringify({ input: [OWN[1]] }),
    );
  });

  it('is the whole of a call for a message without records', () => {
    const merge = messageOf({ path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } }, 'm');
    const exchange = exchangeOf([merge], json({ success: true }));

    expect(hideNeighbours(exchange, merge, new Set([3]))).toEqual({ request: exchange.request, reply: exchange.reply });
  });

  describe('a text', () => {
    const told = (text: string, theirs: object, ours: object = { email: 'own@x.test' }): string => {
      const [own, other] = messages([ours], [theirs]) as readonly [Message, Message];
      return hideNeighbourText(text, exchangeOf([own, other], LOST), own);
    };

    it.each<[string, string, object]>([
      ['of four characters', 'got abcd here', { email: 'abcd' }],
      ['that is a number', 'score 987654', { email: 'e@x.test', score: 987_654 }],
      ['in a list in an object', 'tag blue!', { email: 'e@x.test', more: { tags: ['blue'] } }],
      ['as JSON writes it', 'got say \\"hello\\"', { email: 'say "hello"' }],
    ])('with a value of a neighbour %s is withheld', (_name, text, theirs) => {
      expect(told(text, theirs)).toBe(WITHHELD);
    });

    it.each<[string, string, object]>([
      ['of three characters', 'got abc here', { email: 'e@x.test', x: 'abc' }],
      ['that is yes or no', 'got false', { email: 'e@x.test', x: false }],
      ['that is nothing', 'got null', { email: 'e@x.test', x: null }],
      ['that nobody named', 'Too busy', { email: 'e@x.test' }],
      ['that is its own too', 'Acme is down', { email: 'e@x.test', company: 'Acme' }],
    ])('with a value of a neighbour %s is shown', (_name, text, theirs) => {
      expect(told(text, theirs, { email: 'own@x.test', company: 'Acme' })).toBe(text);
    });

    it('too long to be searched is withheld', () => {
      const theirs = { email: 'e@x.test' };

      expect(told('-'.repeat(20_000), theirs)).toHaveLength(20_000);
      expect(told('-'.repeat(20_001), theirs)).toBe(WITHHELD);
    });

    it('of no call, or of a call of its own, is shown', () => {
      const [own] = messages(OWN);

      expect(hideNeighbourText('own-1@x.test', undefined, own)).toBe('own-1@x.test');
      expect(hideNeighbourText('-'.repeat(20_001), exchangeOf([own], LOST), own)).toHaveLength(20_001);
    });
  });

  it('never names what a neighbour sent, whatever the reply', () => {
    const value = fc.oneof(
      fc.nat({ max: 1_000 }).map((one) => `${TAINT}${one}`),
      fc.string({ maxLength: 5 }).map((one) => `${TAINT}"ä\\${one}`.replaceAll('\uFFFD', '?')),
    );
    const neighbour = fc.record({ email: value, company: value, nested: fc.record({ phone: value }) });
    const entry = (values: readonly string[]) =>
      fc.oneof<fc.Arbitrary<object>[]>(
        fc.constant({ id: 1, status: 'created' }),
        fc.constantFrom(...values).map((message) => ({ status: 'skipped', reasons: [{ code: '1003', message }] })),
      );
    const scene = fc
      .tuple(fc.array(neighbour, { minLength: 1, maxLength: 4 }), fc.nat({ max: 2 }))
      .chain(([others, before]) => {
        const values = others.flatMap((one) => [one.email, one.company, one.nested.phone]);
        const text = fc.constantFrom(...values).map((one) => `Invalid value '${one}' for field`);
        // Aligned with the records, an entry speaks of its own record only.
        const results = fc.tuple(...others.map(() => entry(values)));
        const own = fc.constant<object>({ status: 'skipped', reasons: [{ code: '1003', message: 'own' }] });
        const aligned = fc
          .tuple(results, own)
          .map(([all, mine]) => all.toSpliced(Math.min(before, all.length), 0, mine));
        const envelope = fc.oneof(
          fc.record({ success: fc.constant(true), result: aligned }),
          fc.record({ success: fc.constant(true), result: aligned, errors: fc.tuple(text) }),
          fc.record({ success: fc.constant(true), result: results }),
          fc.record({
            success: fc.constant(false),
            errors: fc.array(fc.record({ code: fc.constant('611'), message: text })),
          }),
          fc.record({ success: fc.constant(false), warnings: fc.array(text), whatever: text }),
        );
        const reply: fc.Arbitrary<HttpReply> = fc.oneof(
          envelope.map((one) => json(one)),
          fc.tuple(envelope, fc.nat({ max: 300 })).map(([one, length]) => ({
            ...page(200, JSON.stringify(one).slice(0, length)),
            complete: false,
          })),
          text.map((one) => page(502, `<html>${one}</html>`)),
          fc.constant(LOST),
        );
        return fc.record({ others: fc.constant(others), before: fc.constant(before), reply, said: text });
      });
    fc.assert(
      fc.property(scene, ({ others, before, reply, said }) => {
        const all = messages(...others.map((one) => [one])) as readonly Message[];
        const own = messageOf({ path: '/rest/v1/leads.json', body: { input: [{ email: 'own@x.test' }] } }, 'own');
        const exchange = exchangeOf(all.toSpliced(Math.min(before, all.length), 0, own), reply);
        expect(JSON.stringify(hideNeighbours(exchange, own, new Set([0])))).not.toContain(TAINT);
        expect(hideNeighbourText(said, exchange, own)).not.toContain(TAINT);
      }),
      { numRuns: runsOf(1_000), seed: 4 },
    );
  });
});
