import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileMessage, readMessages } from '../../../lib/local/cli/ndjson.ts';

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-ndjson-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileWith(content: string | Buffer): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.ndjson`);
  await writeFile(path, content);
  return path;
}

async function messagesIn(content: string | Buffer): Promise<readonly FileMessage[]> {
  const outcome = await readMessages(await fileWith(content));
  if (outcome.kind === 'unreadable') throw new Error(outcome.problems.join('\n'));
  return outcome.messages;
}

async function problemsIn(content: string | Buffer): Promise<readonly string[]> {
  const outcome = await readMessages(await fileWith(content));
  return outcome.kind === 'unreadable' ? outcome.problems : [];
}

describe('a line of a message file', () => {
  it('with an object is published as it is written, number for number', async () => {
    const line = '{"id": "a",  "body":{"input":[{"x":12345678901234567890},{}]}}';

    expect(await messagesIn(line)).toEqual([{ line: 1, body: line, id: 'a', records: 2 }]);
  });

  it('with a string is published as what the string says', async () => {
    expect(await messagesIn('"not { json"\n"{\\"id\\":\\"b\\"}"\n')).toEqual([
      { line: 1, body: 'not { json' },
      { line: 2, body: '{"id":"b"}', id: 'b' },
    ]);
  });

  it('may be empty, end in CRLF, be the last without an end, and follow a byte order mark', async () => {
    const messages = await messagesIn('\ufeff{"a":1}\r\n\r\n   \n{"b":2}');

    expect(messages.map(({ line, body }) => [line, body])).toEqual([
      [1, '{"a":1}'],
      [4, '{"b":2}'],
    ]);
  });

  it('may be far longer than what is read at a time', async () => {
    const long = JSON.stringify({ text: 'é'.repeat(200_000) });

    expect((await messagesIn(`${long}\n${long}\n`)).map(({ body }) => body === long)).toEqual([true, true]);
  });
});

describe('a line that cannot be published', () => {
  it.each<[string, string | Buffer, string]>([
    ['is not JSON', '{"a":1}\n{oops}\n', ':2: not JSON'],
    ['is a number', '7', ':1: a line must be an object'],
    ['is a list', '{}\n[{}]', ':2: a line must be an object'],
    ['is null', 'null', ':1: a line must be an object'],
    ['is an empty body', '""', ':1: SQS takes no empty body'],
    ['is too large for SQS', JSON.stringify('x'.repeat(1_048_577)), ':1: the body has 1048577 bytes'],
    ['holds a character that SQS refuses', '"a\\u0000b"', ':1: SQS takes no character U+0000 (position 2)'],
    ['holds half a character', '"\\ud800"', ':1: SQS takes no character U+D800'],
    ['is not UTF-8', Buffer.from([0x7b, 0x7d, 0x0a, 0x22, 0xff, 0x22]), ':2: not UTF-8'],
  ])('%s: the problem names file and line', async (_, content, problem) => {
    const [first] = await problemsIn(content);

    expect(first).toContain(`.ndjson${problem}`);
  });

  it('does not hide the others', async () => {
    expect(await problemsIn('1\n{}\n2\n')).toHaveLength(2);
  });

  it('is reported twenty times at most', async () => {
    expect(await problemsIn('1\n'.repeat(100))).toHaveLength(20);
  });
});

describe('a file that is no NDJSON', () => {
  const ID = '{"id":"a","body":{"input":[{"x":12345678901234567890}]}}';

  it.each([
    ['one array on one line', `[${ID}, "raw [1] {", {"b":2}]`],
    ['one array over several lines', `[\n  ${ID},\n  "raw [1] {",\n  {"b":2}\n]\n`],
  ])('may be %s: each item is published as it is written', async (_, content) => {
    expect((await messagesIn(content)).map(({ body }) => body)).toEqual([ID, 'raw [1] {', '{"b":2}']);
  });

  it('may hold messages that are laid out, each named by the line where it begins', async () => {
    const pretty = '{\n  "id": "a",\n  "note": "} \\" {"\n}\n\n{\n  "id": "b"\n}\n';

    expect((await messagesIn(pretty)).map(({ line, id }) => [line, id])).toEqual([
      [1, 'a'],
      [6, 'b'],
    ]);
    expect(await problemsIn('{\n "id": "a"\n}\n{\n "id": \n}\n')).toMatchObject([
      expect.stringContaining(':4: not JSON'),
    ]);
  });

  it('is told apart from an array that is cut off', async () => {
    expect(await problemsIn('[{"a":1},\n{"b":')).toMatchObject([
      expect.stringContaining('begins as a JSON array and is not'),
    ]);
  });

  it.each([
    ['email,firstName\nada@example.com,Ada\n'],
    ['"email";"firstName"\n"ada@example.com";"Ada"\n'],
    ['email\tfirstName\nada@example.com\tAda\n'],
  ])('is called CSV where it is, once, with the command for it: %j', async (content) => {
    expect(await problemsIn(content)).toEqual([expect.stringContaining('npm run relay -- load ')]);
  });

  it('may be standard input', async () => {
    const stdin = (async function* () {
      yield '{"a":';
      yield '1}\n';
    })();

    expect(await readMessages('-', { stdin })).toEqual({ kind: 'read', messages: [{ line: 1, body: '{"a":1}' }] });
  });
});

describe('a file that cannot be read', () => {
  it('is named, with the reason', async () => {
    const missing = await readMessages(join(folder, 'missing'));
    const directory = await readMessages(folder);

    expect(missing).toMatchObject({ problems: [expect.stringContaining('missing: there is no such file')] });
    expect(directory).toMatchObject({ problems: [expect.stringContaining('this is a folder')] });
  });

  it('may be empty: that is a problem too', async () => {
    expect((await problemsIn('\n\n'))[0]).toContain('there is no message in this file');
  });

  it('may hold too much', async () => {
    const path = await fileWith('{}\n{}\n{}\n');

    const tooMany = await readMessages(path, { limits: { messages: 2, bytes: 1000 } });
    const tooLarge = await readMessages(path, { limits: { messages: 10, bytes: 3 } });

    expect(tooMany).toMatchObject({ problems: [expect.stringContaining('more than 2 messages')] });
    expect(tooLarge).toMatchObject({ problems: [expect.stringContaining('more than 3 bytes')] });
  });
});
