import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../lib/local/load/file-header.ts';
import { type Delimiter, readRows } from '../../../lib/local/load/read-rows.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileWith(content: string | Buffer, name = 'rows.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function rowsOf(content: string | Buffer, delimiter: Delimiter = ',') {
  const path = await fileWith(content);
  const rows = [];
  for await (const row of readRows({ path, name: 'rows.csv', delimiter })) rows.push(row);
  return rows;
}

const cellsOf = async (content: string | Buffer, delimiter?: Delimiter) =>
  (await rowsOf(content, delimiter)).map(({ cells }) => cells);

describe('rows of a CSV file', () => {
  it.each([
    ['line feeds', 'a,b\n1,2\n'],
    ['carriage returns with line feeds', 'a,b\r\n1,2\r\n'],
    ['carriage returns alone', 'a,b\r1,2\r'],
    ['several kinds of line ends', 'a,b\r\n1,2\n'],
    ['no line end after the last row', 'a,b\n1,2'],
    ['empty lines', '\n\na,b\n\n1,2\n\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n'],
    ['cells in quotes', '"a","b"\n"1","2"\n'],
    ['a byte order mark before a quote', '\ufeff"a",b\n1,2\n'],
  ])('are read with %s', async (_what, content) => {
    expect(await cellsOf(content)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('keep delimiters, line ends, doubled quotes and blanks of a quoted cell', async () => {
    expect(await cellsOf('a\n"Ann, ""the boss"",\r\n of all "\n')).toEqual([['a'], ['Ann, "the boss",\r\n of all ']]);
  });

  it('keep every character of UTF-8, wherever a piece of the file ends', async () => {
    const cell = 'é€😀'.repeat(40_000); // nine bytes each, so that pieces end inside characters
    expect(await cellsOf(`a,b\n${cell},x\n`)).toEqual([
      ['a', 'b'],
      [cell, 'x'],
    ]);
  });

  it('know the line that they end on', async () => {
    const rows = await rowsOf('a\n"two\nlines"\n\nlast\n');
    expect(rows.map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it('have as many cells as they have', async () => {
    expect(await cellsOf('a,b\n1\n1,2,3\n')).toEqual([['a', 'b'], ['1'], ['1', '2', '3']]);
  });

  it('hold a cell of 10 MB', async () => {
    const [, row] = await cellsOf(`a,b\n"${'x'.repeat(10_000_000)}",2\n`);
    expect(row?.map((cell) => cell.length)).toEqual([10_000_000, 1]);
  });
});

describe('a file that is refused', () => {
  it.each([
    [
      'UTF-16 with its mark',
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
      /is UTF-16, by its byte order mark.*iconv -f UTF-16 -t UTF-8/,
    ],
    ['UTF-16 in big endian', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le').swap16(), /is UTF-16, by its byte order mark/],
    ['UTF-16 without its mark', Buffer.from('email,name\n1,2\n', 'utf16le'), /is UTF-16LE, by its many NUL bytes/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /is UTF-32/],
    [
      'Windows-1252',
      Buffer.from('a,b\n1,2\nIt\x92s,\x80\n', 'latin1'),
      /line 3: byte 0x92 is not UTF-8; the file looks like Windows-1252\. .*iconv -f WINDOWS-1252/,
    ],
    [
      'Latin-1',
      Buffer.from('a,b\nJos\xe9,M\xfcnchen\n', 'latin1'),
      /line 2: byte 0xE9 is not UTF-8; the file looks like Latin-1/,
    ],
    ['a character that is cut off', Buffer.from('a\n€', 'utf8').subarray(0, -1), /line 2: byte 0xE2 is not UTF-8/],
    ['a quote that is never closed', 'a,b\n1,"2\n3,4\n', /ends inside a quoted cell/],
    ['text behind a closing quote', 'a,b\n"1"x,2\n', /line 2: a quoted cell goes on after its closing "/],
    ['a quote in the middle of a cell', 'a,b\n5" pipe,2\n', /line 2: a " in a cell that does not begin with one/],
  ])('is %s, and is told how to be mended', async (_what, content, message) => {
    await expect(rowsOf(content)).rejects.toThrow(message);
  });

  it('has a row without end: memory has one', async () => {
    const content = `a,b\n1,"${'x,y\n'.repeat(5_000_000)}`;
    await expect(rowsOf(content)).rejects.toThrow(/a row of more than 16000000 characters/);
  });

  it('is not there, or is a folder', async () => {
    const read = async (path: string) => {
      for await (const _ of readRows({ path, name: 'x.csv', delimiter: ',' })) break;
    };
    await expect(read(join(folder, 'missing.csv'))).rejects.toThrow('there is no file x.csv');
    await expect(read(folder)).rejects.toThrow('x.csv is a folder');
  });
});

describe('the header', () => {
  it.each([
    ['a.csv', 'email,first\n', undefined, ',', ['email', 'first']],
    ['a.csv', 'email;first;last\n', undefined, ';', ['email', 'first', 'last']],
    ['a.txt', 'email\tfirst\n', undefined, '\t', ['email', 'first']],
    ['a.tsv', 'email\n', undefined, '\t', ['email']],
    ['a.csv', 'email\n', undefined, ',', ['email']],
    ['a.csv', '"a;b;c",d\n', undefined, ',', ['a;b;c', 'd']],
    ['a.csv', 'a,b;c\n', ';', ';', ['a,b', 'c']],
  ] as const)('of %s, %j with %j, is cut at %j', async (name, content, asked, delimiter, header) => {
    const path = await fileWith(content, name);
    expect(await readHeader(path, name, asked)).toEqual({ delimiter, header });
  });

  it.each(['', '\n\n', '\ufeff'])('is missed in an empty file (%j)', async (content) => {
    const path = await fileWith(content);
    await expect(readHeader(path, 'rows.csv', undefined)).rejects.toThrow(/rows.csv is empty: the first line/);
  });
});
