import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMessageText } from '../../lib/message/check-message.ts';
import { formMessage, readForms, type WebhookForm } from '../../lib/webhook/form.ts';

const NEWSLETTER: WebhookForm = {
  name: 'newsletter',
  fields: { mail: 'email', first: 'firstName', topics: 'newsletterTopics' },
  required: ['first'],
  values: { leadSource: 'Newsletter', emailOptIn: true },
};

function leadOf(body: string, form: WebhookForm = NEWSLETTER): unknown {
  const reading = formMessage(form, body);
  return reading.kind === 'message' ? JSON.parse(reading.text).body.input[0] : reading.problems;
}

describe('the message of a form', () => {
  it('creates or updates the lead of its lookup field', () => {
    const reading = formMessage(
      NEWSLETTER,
      'mail=ada%40example.com&first=Ada&topics=news&topics=offers&other=x&empty=',
    );
    expect(reading).toEqual({ kind: 'message', text: expect.any(String) });
    const text = 'text' in reading ? reading.text : '';

    expect(JSON.parse(text)).toEqual({
      path: '/rest/v1/leads.json',
      body: {
        action: 'createOrUpdate',
        lookupField: 'email',
        input: [
          {
            leadSource: 'Newsletter',
            emailOptIn: true,
            email: 'ada@example.com',
            firstName: 'Ada',
            newsletterTopics: 'news;offers',
          },
        ],
      },
    });
    expect(checkMessageText(text)).toMatchObject({ kind: 'valid', endpoint: { operation: 'syncLeads' } });
  });

  it('says how, and where, as the form says', () => {
    const form = { ...NEWSLETTER, action: 'updateOnly', lookupField: 'firstName', partitionName: 'EU' } as const;
    const reading = formMessage(form, 'first=Ada');
    expect('text' in reading && JSON.parse(reading.text).body).toMatchObject({
      action: 'updateOnly',
      lookupField: 'firstName',
      partitionName: 'EU',
    });
  });

  it('leaves out what is empty, so that it empties nothing', () => {
    expect(leadOf('mail=a&first=b&topics=')).not.toHaveProperty('newsletterTopics');
  });

  it.each([
    ['a+b%2Bc', 'a b+c'],
    ['%22%27%5C%2F', '"\'\\/'],
    ['100%25', '100%'],
    ['a%0D%0Ab', 'a\r\nb'],
    ['%E2%82%AC%20%F0%9F%92%8C', '€ 💌'],
    ['a=b=c', 'a=b=c'],
    ['%00', '\0'],
    ['%FF', '\uFFFD'],
    ['$util.urlEncode("x")%23set', '$util.urlEncode("x")#set'],
  ])('reads %s', (value, expected) => {
    expect(leadOf(`?x=&mail=a&first=${value}`)).toMatchObject({ firstName: expected });
  });

  it('names each field that is missing', () => {
    const expected = 'a form field that is filled in';
    expect(leadOf('')).toEqual([
      { path: 'mail', expected },
      { path: 'first', expected },
    ]);
    expect(leadOf('mail=&first=x&first')).toEqual([{ path: 'mail', expected }]);
  });

  it.each(['mail=a&first=%zz', 'mail=a&first=100%', `mail=a&first=b${'&x=1'.repeat(1_000)}`])(
    'is none for what is no form',
    (body) => {
      expect(leadOf(body)).toEqual([{ path: '', expected: expect.stringContaining('at most 1000 fields') }]);
    },
  );
});

describe('the list of forms', () => {
  const problemsOf = (value: unknown) => {
    const read = readForms(value);
    return 'problems' in read ? read.problems.join('\n') : 'none';
  };
  const fields = { mail: 'email' };

  it('is data: the example is one', () => {
    const text = readFileSync(new URL('../../examples/webhook-forms.json', import.meta.url), 'utf8');
    expect(problemsOf(JSON.parse(text))).toBe('none');
    expect(problemsOf([])).toBe('none');
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', { name: 'a' }, /^the list: .*array/],
    ['a name that is no part of an address', [{ name: 'a/b', fields }], /^\[0\]\.name: expected 1 to 64 letters/],
    [
      'a name twice',
      [
        { name: 'a', fields },
        { name: 'a', fields },
      ],
      /a is there twice/,
    ],
    ['no field', [{ name: 'a', fields: {} }], /expected a field at least/],
    ['no field to look up by', [{ name: 'a', fields: { x: 'firstName' } }], /a form field for email/],
    ['two fields for one', [{ name: 'a', fields: { a: 'email', b: 'email' } }], /email is there twice/],
    ['a field that is set too', [{ name: 'a', fields, values: { email: 'x' } }], /email is there twice/],
    ['a required field that is none', [{ name: 'a', fields, required: ['x'] }], /x is not/],
    ['a field name for another engine', [{ name: 'a', fields: { '$x"': 'email' } }], /\[0\]\.fields/],
    ['an API name that is none', [{ name: 'a', fields: { mail: 'e-mail' } }], /API name/],
    ['a member that is none', [{ name: 'a', fields, field: {} }], /field/],
    ['an action that is none', [{ name: 'a', fields, action: 'upsert' }], /\[0\]\.action/],
    ['too many', Array.from({ length: 21 }, (_, index) => ({ name: `f${index}`, fields })), /20/],
  ])('is refused with %s', (_, value, problem) => {
    expect(problemsOf(value)).toMatch(problem);
  });
});
