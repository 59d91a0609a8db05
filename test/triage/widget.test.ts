import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueuedLetter } from '../../lib/dead-letter/triage/queued-letter.ts';
import { answerWidget } from '../../lib/triage/widget.ts';
import { createTriageWorld, letterOf, NOW_MS, type TriageWorld } from './letters.ts';

const ENDPOINT = 'arn:aws:lambda:us-east-1:123456789012:function:triage';
const FOREVER_MS = Number.POSITIVE_INFINITY;

function ask(world: TriageWorld, event: unknown, deadlineMs = FOREVER_MS): Promise<string> {
  return answerWidget(event, world.deps, ENDPOINT, deadlineMs);
}

/** What the buttons of a page ask for, as CloudWatch would send it. */
function buttonsOf(page: string): readonly Record<string, unknown>[] {
  const unescaped = (text: string) =>
    text
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&');
  return [...page.matchAll(/<cwdb-action [^>]*>([^<]*)<\/cwdb-action>/g)].map(
    ([, text = '']) => JSON.parse(unescaped(text)) as Record<string, unknown>,
  );
}

const idsOf = (world: TriageWorld) =>
  world.log.flatMap((line) => (line.startsWith('send ') ? [line.slice('send '.length)] : []));

describe('the triage widget', () => {
  const letters = [
    letterOf({ id: 'a' }),
    letterOf({ id: 'b' }),
    letterOf({ id: 'c', code: '1006', message: "Field 'x' not found" }),
  ];

  it('shows letters by cause, with what each means and what to do', async () => {
    const world = createTriageWorld(letters);
    const page = await ask(world, {});
    expect(page).toContain('3 dead letters');
    for (const text of ['1003', 'Remedy of 1003', 'Meaning of 1006', 'field x', 'syncLeads'])
      expect(page).toContain(text);
    expect(world.log).toEqual(['release']);
  });

  it('says so when there are none', async () => {
    expect(await ask(createTriageWorld([]), {})).toContain('No dead letters');
  });

  it('describes itself', async () => {
    expect(await ask(createTriageWorld([]), { describe: true })).toContain('### Dead letters');
  });

  it('shows the newest letter of a code', async () => {
    const world = createTriageWorld([letterOf({ id: 'old', deadAtMs: NOW_MS - 1 }), letterOf({ id: 'new' })]);
    const page = await ask(world, { view: 'sample', code: '1003' });
    expect(page).toContain('new@example.com');
    expect(page).not.toContain('old@example.com');
    expect(world.letters.size).toBe(2);
  });

  it('sends again by two clicks, of which the second is the confirmation', async () => {
    const world = createTriageWorld(letters);
    const confirm = buttonsOf(await ask(world, {})).find(({ view, code }) => view === 'confirm' && code === '1003');
    const page = await ask(world, confirm);
    expect(page).toContain('Send 2 letters');
    expect(world.sent).toEqual([]);
    const resend = buttonsOf(page).find(({ view }) => view === 'resend');
    expect(await ask(world, resend)).toContain('2 letters of <b>1003</b> are on the queue again');
    expect(idsOf(world)).toEqual(['a', 'b']);
    expect([...world.letters.keys()]).toEqual(['m-c']);
  });

  it.each([
    { view: 'resend', code: '1003', untilMs: NOW_MS },
    { view: 'resend', code: '1003', confirmed: true },
    { view: 'resend', code: '1003', untilMs: NOW_MS, confirmed: 'true' },
    { view: 'resend', untilMs: NOW_MS, confirmed: true },
    { view: 'resend', code: '', untilMs: NOW_MS, confirmed: true },
    { view: 'resend', code: '1'.repeat(101), untilMs: NOW_MS, confirmed: true },
    { view: 'confirm', code: '1003', confirmed: true },
    { resend: '1003' },
    null,
    'resend',
  ])('only reads when it is asked for %j', async (event) => {
    const world = createTriageWorld(letters);
    await ask(world, event);
    expect(world.sent).toEqual([]);
    expect(world.letters.size).toBe(3);
    expect(world.log).toEqual(['release']);
  });

  it('says what is wrong when the queue cannot be read, with what others wrote escaped', async () => {
    const world = createTriageWorld([]);
    const hold = () => ({
      ...world.deps.hold(),
      readAll: () => Promise.reject(Object.assign(new Error('<b>no</b>'), { name: 'AccessDenied' })),
    });
    const page = await answerWidget({}, { ...world.deps, hold }, ENDPOINT, FOREVER_MS);
    expect(page).toContain('AccessDenied: &lt;b&gt;no&lt;/b&gt;');
  });
});

describe('sending a code again', () => {
  const confirmed = { view: 'resend', code: '1003', untilMs: NOW_MS, confirmed: true };

  it('leaves letters that came after it was confirmed', async () => {
    const world = createTriageWorld([letterOf({ id: 'a' }), letterOf({ id: 'late', deadAtMs: NOW_MS + 1 })]);
    await ask(world, confirmed);
    expect(idsOf(world)).toEqual(['a']);
  });

  it('leaves what Marketo may have done already, and says so', async () => {
    const world = createTriageWorld([letterOf({ id: 'a', outcomeUnknown: true }), letterOf({ id: 'b' })]);
    expect(await ask(world, confirmed)).toContain('Marketo may have done it');
    expect(idsOf(world)).toEqual(['b']);
    expect([...world.letters.keys()]).toEqual(['m-a']);
  });

  it('takes a letter off only when its message is accepted', async () => {
    const world = createTriageWorld([letterOf({ id: 'a' }), letterOf({ id: 'b' })]);
    world.refuses = (message) => message.body.includes('a@example.com');
    expect(await ask(world, confirmed)).toContain('InternalError: model');
    expect(world.log).toEqual(['send b', 'remove m-b', 'release']);
    expect([...world.letters.keys()]).toEqual(['m-a']);
  });

  it('keeps the order of a record, and stops behind one that is refused', async () => {
    const inOrder = ['3', '1', '2'].map((id) =>
      letterOf({ id, email: 'ann@example.com', firstSeen: `2027-01-20T11:00:0${id}Z` }),
    );
    const sound = createTriageWorld(inOrder);
    await ask(sound, confirmed);
    expect(idsOf(sound)).toEqual(['1', '2', '3']);
    const refusing = createTriageWorld(inOrder);
    refusing.refuses = (message) => message.attributes.relay?.stringValue?.includes('"id":"2"') === true;
    await ask(refusing, confirmed);
    expect(idsOf(refusing)).toEqual(['1']);
  });

  it('ends in time, and says how many are left', async () => {
    const world = createTriageWorld([letterOf({ id: 'a' }), letterOf({ id: 'b' })]);
    expect(await ask(world, confirmed, 0)).toContain('2 are left');
    expect(world.sent).toEqual([]);
  });
});

describe('letters that somebody hostile wrote', () => {
  const attack = fc.oneof(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</pre></td><cwdb-action action="call">{"view":"resend"}</cwdb-action>',
      '<!--',
      '&lt;script&gt;',
      '\u202Egnp.exe',
    ),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  /** The tags that a page is made of: what a letter holds adds none. */
  const tagsOf = (page: string) => page.match(/<[^>]*>?/g) ?? [];
  const OWN =
    /^<\/?(?:p|b|i|br|bdi|pre|ul|li|table|tr|th|td|a|cwdb-action)(?: (?:class|action|display|endpoint)="[^"<>]*")*>$/;

  it('add no element, no attribute and no button', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ code: attack, name: attack, text: attack, id: attack }),
        async ({ code, name, text, id }) => {
          const failure = { name, meaning: text, remedy: text, message: text };
          const hostile: QueuedLetter = letterOf({ id, code: code || '1003', failure, email: text });
          const world = createTriageWorld([hostile, { ...hostile, messageId: 'raw', body: text }]);
          const list = await ask(world, {});
          const pages = [list];
          for (const button of buttonsOf(list)) {
            expect(['list', 'sample', 'confirm']).toContain(button.view);
            pages.push(await ask(world, button));
          }
          pages.push(await ask(world, { view: 'resend', code: code || '1003', untilMs: NOW_MS, confirmed: true }));
          for (const page of pages) for (const tag of tagsOf(page)) expect(tag).toMatch(OWN);
        },
      ),
      { numRuns: 200 },
    );
  });
});
