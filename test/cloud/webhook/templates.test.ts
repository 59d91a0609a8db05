import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptedTemplate,
  formTemplate,
  messageTemplate,
  refusalTemplate,
} from '../../../lib/cloud/webhook/templates.ts';
import { MAX_MESSAGE_BYTES } from '../../../lib/settings/policy.ts';
import { formMessage, readForms, type WebhookForm } from '../../../lib/webhook/form.ts';
import { renderTemplate } from './mapping-template.ts';
import { ODD_FORM, ODD_FORM_BODIES, ODD_TEXTS } from './posts.ts';

/** What SQS would read of the request that API Gateway sends. Undefined: it has no body, and is refused. */
function messageBodyOf(request: string): string | undefined {
  // Nothing but what a form may hold: no blank, no line end, no character that would have to be guessed at.
  expect(request).toMatch(/^[A-Za-z0-9=&%+._*$-]*$/);
  const parameters = new URLSearchParams(request);
  expect([parameters.get('Action'), parameters.get('Version')]).toEqual(['SendMessage', '2012-11-05']);
  return parameters.get('MessageBody') ?? undefined;
}

const posted = (template: string, body: string) => messageBodyOf(renderTemplate(template, body).text);

describe('the template of a message', () => {
  const template = messageTemplate();

  it.each(ODD_TEXTS.map((text) => [text.slice(0, 60), text]))('gives SQS %j as it is, byte for byte', (_, text) => {
    expect(posted(template, text)).toBe(text);
  });

  it('does so with any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        fc.pre(text.isWellFormed());
        return posted(template, text) === text;
      }),
    );
  });

  it('leaves out what is certainly too large', () => {
    expect(posted(template, 'x'.repeat(MAX_MESSAGE_BYTES))).toHaveLength(MAX_MESSAGE_BYTES);
    expect(posted(template, 'x'.repeat(MAX_MESSAGE_BYTES + 1))).toBeUndefined();
  });
});

describe('the template of a form', () => {
  /** The two ways in which a form becomes a message: of API Gateway, and of the function and the local endpoint. */
  function bothOf(form: WebhookForm, body: string): readonly [unknown, unknown] {
    const rendered = posted(formTemplate(form), body);
    const reading = formMessage(form, body);
    return [
      rendered === undefined ? undefined : JSON.parse(rendered),
      reading.kind === 'message' ? JSON.parse(reading.text) : undefined,
    ];
  }

  it('stands for a form that is sound', () => {
    expect(readForms([ODD_FORM])).toEqual({ forms: [ODD_FORM] });
  });

  it.each(ODD_FORM_BODIES.map((body) => [body.slice(0, 70), body]))(
    'makes of %j what the function makes of it',
    (_, body) => {
      const [rendered, made] = bothOf(ODD_FORM, body);
      expect(rendered).toEqual(made);
    },
  );

  it('makes messages of those that are filled in, and none of the others', () => {
    const made = ODD_FORM_BODIES.map((body) => posted(formTemplate(ODD_FORM), body) !== undefined);
    expect(made.filter(Boolean)).toHaveLength(13);
    expect(JSON.parse(posted(formTemplate(ODD_FORM), ODD_FORM_BODIES[2] ?? '') ?? '')).toMatchObject({
      path: '/rest/v1/leads.json',
      body: {
        partitionName: "O'Brien & Sons",
        input: [{ firstName: "'single' \"double\" \\back\\' /slash", score: 1.5 }],
      },
    });
  });

  it('does so whatever is posted', () => {
    const name = fc.constantFrom('mail', 'first name', 'größe', 'topics[]', 'Mail', '', 'x', '__proto__');
    const value = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed());
    const pairs = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((all) => new URLSearchParams(all).toString());
    const raw = fc.array(
      fc.constantFrom(
        'mail',
        'first name',
        '=',
        '&',
        '%',
        '%2',
        '%C3',
        '%41',
        '+',
        "'",
        '\\',
        '"',
        '$x',
        '#',
        ';',
        'é',
      ),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          pairs,
          raw.map((all) => `mail=a&first+name=b${all.join('')}`),
        ),
        (body) => {
          const [rendered, made] = bothOf(ODD_FORM, body);
          expect(rendered).toEqual(made);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('needs no fixed values', () => {
    expect(bothOf({ name: 'a', fields: { m: 'email', c: 'company' } }, 'c=x&m=y')[0]).toMatchObject({
      body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'y', company: 'x' }] },
    });
  });
});

describe('the template of an answer', () => {
  const reply =
    '{"SendMessageResponse":{"SendMessageResult":{"MessageId":"7d3c","MD5OfMessageBody":"x"},"ResponseMetadata":{}}}';
  const refusal = (code: string, message: string) =>
    JSON.stringify({ Error: { Code: code, Message: message }, RequestId: '1' });

  it('gives the id that SQS has given; a form has no other', () => {
    expect(JSON.parse(renderTemplate(acceptedTemplate('message'), reply).text)).toEqual({ messageId: '7d3c' });
    expect(JSON.parse(renderTemplate(acceptedTemplate('form'), reply).text)).toEqual({
      relayId: '7d3c',
      messageId: '7d3c',
    });
  });

  it('says that a message was too large to be sent on', () => {
    const { text, status } = renderTemplate(refusalTemplate(), refusal('MissingParameter', 'MessageBody'));
    expect(status).toBe(413);
    expect(JSON.parse(text).problems[0].expected).toMatch(/^at most 1048576 bytes/);
  });

  it('names the fields without which a form is none', () => {
    const { text, status } = renderTemplate(refusalTemplate(ODD_FORM), refusal('MissingParameter', 'MessageBody'));
    expect(status).toBeUndefined();
    expect(JSON.parse(text).problems.map(({ path }: { path: string }) => path)).toEqual(['mail', 'first name']);
  });

  it.each([undefined, ODD_FORM])('says what SQS says, whatever is in it', (form) => {
    const message = `Invalid "character" \\ 'x' / \n é`;
    const { text, status } = renderTemplate(refusalTemplate(form), refusal('InvalidMessageContents', message));
    expect(status).toBeUndefined();
    expect(JSON.parse(text)).toEqual({ problems: [{ path: '', expected: `what SQS takes; ${message}` }] });
  });
});
