import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { misspelt, type ServedUnderTest, startServed } from './served-relay.ts';

let under: ServedUnderTest;

beforeEach(async () => {
  under = await startServed();
});

afterEach(async () => {
  await under.stop();
});

/** Publishes messages that die, and gives the SQS message ids of their letters. */
async function die(...bodies: readonly string[]): Promise<readonly string[]> {
  await under.relay.publish(bodies);
  await expect.poll(() => under.relay.lyingLetters().length, { timeout: 10_000 }).toBe(bodies.length);
  return under.relay.lyingLetters().map(({ messageId }) => messageId);
}

/** An update of somebody whom Marketo does not know. */
function unheardOf(id: string): string {
  const input = [{ email: `${id}@example.com`, lastName: 'Lovelace' }];
  return JSON.stringify({
    id,
    path: '/rest/v1/leads.json',
    body: { action: 'updateOnly', lookupField: 'email', input },
  });
}

function person(): unknown {
  const [lead] = under.relay.fake?.database.leadsByEmail('ada@example.com') ?? [];
  return lead && Object.fromEntries(lead.fields);
}

describe('a form of the page', () => {
  it.each(['/do/publish', '/do/mapping', '/do/faults', '/do/resend', '/letters/x'])(
    '%s needs the token',
    async (path) => {
      expect((await under.submit(path, { token: 'x', enabled: 'false' })).status).toBe(403);
      expect(under.relay.mapping.isEnabled()).toBe(true);
    },
  );

  it('publishes a message that the relay takes, and shows what is wrong with one that it would not', async () => {
    const wrong = await under.submit('/do/publish', { body: '{"path":"/rest/v1/leads.json","bdy":{}}' });
    const text = await wrong.text();
    const right = await under.submit('/do/publish', {
      body: '{\r\n"method":"GET","path":"/rest/v1/leads/describe.json"}',
    });

    expect(wrong.status).toBe(422);
    expect(text).toContain('bdy');
    expect(text).toMatch(/<ul class="problems"[^>]*><li>/);
    expect(right.status).toBe(303);
    await expect.poll(() => under.relay.fake?.stats.apiCalls, { timeout: 10_000 }).toBe(1);
  });

  it('pauses with a note that says who, and resumes', async () => {
    await under.submit('/do/mapping', { enabled: 'false' });
    const paused = await under.page('/live');
    await under.submit('/do/mapping', { enabled: 'true' });
    const resumed = await under.page('/live');

    expect(paused).toMatch(/class="state paused"[\s\S]*paused by the page of the local relay/);
    expect(resumed).toMatch(/class="state running"/);
    expect(under.relay.mapping.isEnabled()).toBe(true);
  });

  it('switches a fault on, and off where it is shown', async () => {
    await under.submit('/do/faults', { name: 'slow', on: 'true', factor: '3', forSeconds: '600' });
    const during = await under.page('/live');
    await under.submit('/do/faults', { name: 'slow', on: 'false' });

    expect(during).toMatch(/<b>slow<\/b> 3 times/);
    expect(under.relay.fake?.switches.active()).toEqual([]);
    expect((await under.submit('/do/faults', { name: 'slow', on: 'true', factor: '-1' })).status).toBe(400);
  });
});

describe('a letter', () => {
  it('is mended and sent again under its id, digit for digit, and leaves the queue', async () => {
    const body = misspelt('order-7').replace('"green"', '"green","externalId":12345678901234567890');
    const [id = ''] = await die(body);
    const mended = body.replace('"favouriteColour":"green","externalId":12345678901234567890', '"lastName":"Lovelace"');

    const reply = await under.submit(`/letters/${id}`, { action: 'send', body: mended });

    expect(reply.headers.get('location')).toBe('/letters?sent=order-7');
    expect(under.relay.lyingLetters()).toEqual([]);
    await expect.poll(person, { timeout: 10_000 }).toMatchObject({ lastName: 'Lovelace' });
    expect(await under.page(`/letters/${id}`)).toContain('no longer on the dead-letter queue');
  });

  it('shows every digit of its numbers, and is only checked where that is asked', async () => {
    const [id = ''] = await die(misspelt('order-7').replace('"green"', '12345678901234567890'));

    expect(await under.page(`/letters/${id}`)).toContain('12345678901234567890');
    const checked = await under.submit(`/letters/${id}`, {
      action: 'check',
      body: misspelt('order-7', 'b@example.com'),
    });
    expect(await checked.text()).toContain('Nothing is wrong with the message as it is edited now');
    expect(under.relay.lyingLetters()).toHaveLength(1);
  });

  it('that is edited into nonsense is refused with the reason, and stays', async () => {
    const [id = ''] = await die(misspelt('order-7'));

    const reply = await under.submit(`/letters/${id}`, { action: 'send', body: '{"path":' });

    expect(reply.status).toBe(422);
    expect(await reply.text()).toMatch(
      /\{&quot;path&quot;:<\/textarea><ul class="problems"|{&quot;path&quot;:<\/textarea>\s*<ul class="problems"/,
    );
    expect(under.relay.lyingLetters()).toMatchObject([{ isHidden: false }]);
  });

  it('that is edited into nonsense comes back as it was typed, signs that nobody sees included', async () => {
    const [id = ''] = await die(misspelt('order-7'));
    const typed = '{"path":\r\n"\u{1F468}\u200D\u{1F469}\u200D\u{1F467}"';

    const reply = await under.submit(`/letters/${id}`, { action: 'send', body: typed });

    expect(await reply.text()).toContain(typed.replaceAll('\r\n', '\n').replaceAll('"', '&quot;'));
  });

  it('that somebody else has received is shown, not sent, and not lost', async () => {
    const [id = ''] = await die(misspelt('order-7'));
    const QueueUrl = under.relay.deadLetterQueueUrl;
    await under.relay.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }));

    const page = await under.page(`/letters/${id}`);
    const reply = await under.submit(`/letters/${id}`, { action: 'send', body: misspelt('order-7', 'b@example.com') });

    expect(page).toContain('Somebody has received it');
    expect(reply.status).toBe(422);
    expect(await reply.text()).toContain('try again later');
    expect(under.relay.lyingLetters()).toHaveLength(1);
  });

  it('is sent again with all of its group, and others stay', async () => {
    await die(unheardOf('a'), unheardOf('b'), '{"path":"nowhere"}');
    const groups = (await under.page('/letters')).split('<article').filter((text) => text.includes('not found'));
    const group = /name="group" value="([^"]*)"/.exec(groups[0] ?? '')?.[1] ?? '';
    await under.control('POST', '/mapping', { enabled: false });

    const reply = await under.submit('/do/resend', { group });

    expect(reply.headers.get('location')).toContain('sent=2&stayed=0');
    expect(under.relay.lyingLetters()).toHaveLength(1);
    await expect.poll(() => under.relay.queueCounts()).toMatchObject({ visible: 2 });
  });
});

describe('what somebody else wrote', () => {
  const EVIL = `</textarea></pre><script>alert(1)</script><img src=x onerror="alert(2)">'"\u202e`;

  it('is never markup, on any page', async () => {
    const { sqs } = under.relay.clients;
    const failure = { level: EVIL, code: EVIL, name: EVIL, message: EVIL, meaning: EVIL, remedy: EVIL };
    const letter = {
      deadLetter: 1,
      relayId: EVIL,
      operation: EVIL,
      failure,
      message: { body: { id: EVIL, path: EVIL }, attributes: {} },
      request: { method: EVIL, url: EVIL, body: EVIL },
      response: { status: 200, body: { [EVIL]: EVIL } },
      history: [EVIL],
    };
    await sqs.send(
      new SendMessageCommand({ QueueUrl: under.relay.deadLetterQueueUrl, MessageBody: JSON.stringify(letter) }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl: under.relay.deadLetterQueueUrl, MessageBody: EVIL }));
    const lead = { email: 'x@example.com', lastName: EVIL };
    under.relay.fake?.database.leads.create(lead, 'Default', 0);
    const ids = under.relay.lyingLetters().map(({ messageId }) => messageId);
    const paths = ['/', '/live', '/letters', '/marketo', ...ids.map((id) => `/letters/${id}`)];
    const echo = `?search=${encodeURIComponent(EVIL)}&sent=${encodeURIComponent(EVIL)}&stayed=1&why=${encodeURIComponent(EVIL)}`;

    for (const path of [...paths, `/marketo${echo}`, `/letters${echo}`]) {
      const page = await under.page(path);
      expect(page, path).not.toMatch(/<script>|<img|<\/textarea><\/pre>|\u202e/);
    }
    expect(await under.page('/letters')).toContain('&lt;script&gt;');
    const edited = await under.submit(`/letters/${ids[0]}`, { action: 'check', body: EVIL });
    expect(await edited.text()).not.toMatch(/<script>|<img/);
  });

  it('could run nothing if it were: scripts come from the relay only', async () => {
    const reply = await fetch(under.served.pageUrl);
    const policy = reply.headers.get('content-security-policy') ?? '';

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(reply.headers.get('x-frame-options')).toBe('DENY');
    expect(await reply.text()).not.toMatch(/ style="| on\w+="/);
  });
});
