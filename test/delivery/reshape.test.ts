import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, MAX_URI_BYTES } from '../../lib/marketo/limits.ts';
import { done, failed, json, leads, page, type Script, type SentCall, World } from './harness.ts';

const read = (path: string, bytes: number) => ({
  method: 'GET',
  path,
  query: { filterType: 'email', filterValues: 'x'.repeat(bytes) },
});
const found = json({ success: true, result: [{ id: 1 }] });

describe('a request of the wrong shape', () => {
  it('is a GET over 8 KB: sent as a POST with `_method=GET` at once', async () => {
    const world = new World({ script: () => found });
    const { calls, letters } = await world.deliver(world.messages([read('/rest/v1/leads.json', MAX_URI_BYTES)]));
    expect(letters).toEqual([]);
    expect(calls.map(({ request }) => [request.method, new URL(request.url).search])).toEqual([
      ['POST', '?_method=GET'],
    ]);
    expect(calls[0]?.request.headers['Content-Type']).toBe('application/x-www-form-urlencoded');
    expect(calls[0]?.request.body).toMatch(/^filterType=email&filterValues=x+$/);
  });

  it('is a GET that Marketo answers with 414: sent again as a POST', async () => {
    const world = new World({ script: ({ request }) => (request.method === 'GET' ? page(414) : found) });
    const { calls, letters } = await world.deliver(world.messages([read('/rest/v1/leads.json', 100)]));
    expect(letters).toEqual([]);
    expect(calls.map(({ request }) => request.method)).toEqual(['GET', 'POST']);
  });

  const shapeOf = ({ request: { method, url, body = '' } }: SentCall) =>
    method === 'GET' ? 'GET' : `${new URL(url).search}${body.includes('_method=GET') ? 'form' : ''}`;

  it.each(['605', '612'])(
    "is a POST of the relay's own that Marketo refuses with %s: sent once as a GET where that may fit, else with all in the form",
    async (code) => {
      const script =
        (accepted: string): Script =>
        (call) =>
          shapeOf(call) === accepted ? found : failed(code);
      const asGet = new World({ script: script('GET') });
      const near = await asGet.deliver(asGet.messages([read('/rest/v1/leads.json', MAX_URI_BYTES)]));
      expect([near.calls.map(shapeOf), near.letters]).toEqual([['?_method=GET', 'GET'], []]);
      const asForm = new World({ script: script('form') });
      const far = await asForm.deliver(asForm.messages([read('/rest/v1/leads.json', 2 * MAX_URI_BYTES)]));
      expect([far.calls.map(shapeOf), far.letters]).toEqual([['?_method=GET', 'form'], []]);
      // A GET that was refused for its length is not sent a second time.
      const after414 = new World({ script: (call) => (shapeOf(call) === 'GET' ? page(414) : script('form')(call)) });
      const short = await after414.deliver(after414.messages([read('/rest/v1/leads.json', 100)]));
      expect([short.calls.map(shapeOf), short.letters]).toEqual([['GET', '?_method=GET', 'form'], []]);
    },
  );

  it('is in neither form what Marketo takes: dead after one try of the other, also where that is too long', async () => {
    const world = new World({ script: (call) => (shapeOf(call) === 'GET' ? page(414) : failed('605')) });
    const { calls, letters } = await world.deliver(world.messages([read('/rest/v1/leads.json', MAX_URI_BYTES)]));
    expect(calls.map(shapeOf)).toEqual(['?_method=GET', 'GET']);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['414']);
    expect(letters[0]?.failure.remedy).toMatch(
      /^The message is right: .* relay sent as a form POST .* nor the other form/,
    );
  });

  it.each(['605', '612'])(
    "is a POST of the relay's own that Marketo refuses with %s in both forms: the letter says whose it was",
    async (code) => {
      const refusal = json({ success: false, errors: [{ code, message: 'not supported' }] });
      const world = new World({ script: () => refusal });
      const asked = [read('/rest/v1/leads.json', 2 * MAX_URI_BYTES), read('/rest/v1/leads.json', 100)];
      const { letters, calls } = await world.deliver(world.messages(asked));
      expect(calls).toHaveLength(3);
      expect(letters.map(({ failure }) => failure.code)).toEqual([code, code]);
      const remedyOf = (method: string) => letters.find(({ request }) => request?.method === method)?.failure.remedy;
      expect(remedyOf('POST')).toMatch(/^The message is right: .* relay sent as a form POST .* more than 8000 bytes\./);
      expect(remedyOf('GET')).not.toMatch(/relay sent/);
    },
  );

  it.each([100, MAX_URI_BYTES])(
    'is never a POST to the asset API, which has dropped `_method` (%i bytes)',
    async (bytes) => {
      const world = new World({ script: () => page(414) });
      const { calls, letters } = await world.deliver(world.messages([read('/rest/asset/v1/emails.json', bytes)]));
      expect(calls.map(({ request }) => request.method)).toEqual(['GET']);
      expect(letters.map(({ failure }) => failure.code)).toEqual(['414']);
    },
  );

  it('is too large for Marketo, though not for the relay: halved until it fits', async () => {
    const world = new World({
      script: ({ request, input }) => ((request.body ?? '').length > 500 ? page(413) : done(input)),
    });
    const emails = Array.from({ length: 40 }, (_, index) => `${index}@x.test`);
    const { calls, letters, copies } = await world.deliver(world.messages(emails.map((email) => leads(email))));
    expect([letters, copies]).toEqual([[], []]);
    const fitting = calls.filter(({ request }) => (request.body ?? '').length <= 500);
    expect(fitting.flatMap(({ input }) => input.map(({ email }) => email)).sort()).toEqual([...emails].sort());
  });

  it('is one message too large for Marketo: halved by record', async () => {
    const world = new World({
      script: ({ request, input }) => ((request.body ?? '').length > 500 ? page(413) : done(input)),
    });
    const emails = Array.from({ length: 40 }, (_, index) => `${index}@x.test`);
    const { letters, copies } = await world.deliver(world.messages([leads(...emails)]));
    expect([letters, copies]).toEqual([[], []]);
  });

  it('is a record that Marketo finds too large even alone: rejected, with its size in the remedy', async () => {
    const tooMuch = `${'x'.repeat(600)}@x.test`;
    const world = new World({
      script: ({ request, input }) => ((request.body ?? '').length > 500 ? page(413) : done(input)),
    });
    const { letters } = await world.deliver(world.messages([leads('a@x.test', tooMuch, 'b@x.test')]));
    expect(letters.map(({ message }) => message.positions)).toEqual([[1]]);
    expect(letters[0]?.failure.remedy).toMatch(/^It is 6\d\d bytes as sent, of at most 1000000\. /);
  });

  it('is a record over 1 MB: rejected unsent, with its size and the limit in the remedy, its neighbours delivered', async () => {
    const world = new World({ script: ({ input }) => done(input) });
    const huge = 'ä'.repeat(MAX_BODY_BYTES / 2);
    const body = { input: [{ email: 'a@x.test' }, { email: 'b@x.test', notes: huge }, { email: 'c@x.test' }] };
    const { letters, calls } = await world.deliver(world.messages([{ path: '/rest/v1/leads.json', body }]));
    const bytes = Buffer.byteLength(JSON.stringify({ input: [body.input[1]] }));
    expect(calls.map(({ input }) => input.map(({ email }) => email))).toEqual([['a@x.test', 'c@x.test']]);
    expect(letters.map(({ message }) => message.positions)).toEqual([[1]]);
    expect(letters[0]?.failure).toMatchObject({ code: 'recordTooLarge', attempts: 0 });
    expect(letters[0]?.failure.remedy).toMatch(new RegExp(`^It is ${bytes} bytes as sent, of at most 1000000\\. `));
    expect(letters[0]?.request).toBeUndefined();
  });

  it('counts what surrounds a record, to the byte', async () => {
    const world = new World({ script: ({ input }) => done(input) });
    const bodyOf = (partitionName: string) => ({ partitionName, input: [{ email: 'a@x.test' }] });
    const room = MAX_BODY_BYTES - Buffer.byteLength(JSON.stringify(bodyOf('')));
    const bodies = [room, room + 1].map((chars) => ({ path: '/rest/v1/leads.json', body: bodyOf('x'.repeat(chars)) }));
    const { letters, calls } = await world.deliver(world.messages(bodies));
    expect(calls.map(({ request }) => request.body?.length)).toEqual([MAX_BODY_BYTES]);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['recordTooLarge']);
  });

  it('is a form over 1 MB: rejected unsent', async () => {
    const world = new World({ script: () => found });
    const form = { content: 'x'.repeat(MAX_BODY_BYTES) };
    const { letters, calls } = await world.deliver(
      world.messages([{ path: '/rest/asset/v1/snippet/7/content.json', form }]),
    );
    expect(calls).toEqual([]);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['recordTooLarge']);
  });
});
