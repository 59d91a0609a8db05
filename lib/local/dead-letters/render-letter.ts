import { originalBodyOf } from '../../dead-letter/triage/original.ts';
import { layOut, memberOf, readJsonTree, textOf } from '../../message/json-tree.ts';
import { hang, type Screen } from '../cli/layout.ts';
import { printable, printableText } from '../print.ts';
import type { MatchedLetter } from './read-matching.ts';

/** Narrower columns break nearly every line of JSON. */
const LEAST_COLUMN = 36;
const GAP = '  ';
const MOST_LINES = 2_000;
const MOST_ROWS = 20;

interface Panel {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Why, then the message, the request and the response: side by side where there is room. */
function renderLetter(matched: MatchedLetter, screen: Screen): string {
  const panels = panelsOf(matched);
  const width = Math.floor((screen.columns - GAP.length * (panels.length - 1)) / panels.length);
  const isWide = Number.isFinite(screen.columns) && width >= LEAST_COLUMN;
  const body = isWide ? sideBySide(panels, width, screen) : stacked(panels, screen);
  return `${heading(matched, screen)}\n\n${body}\n`;
}

function heading({ facts, whole }: MatchedLetter, screen: Screen): string {
  const row = (label: string, text: string): string =>
    text === '' ? '' : `${screen.paint('dim', label.padEnd(10))}${hang(text, 10, screen.columns)}`;
  const title = [facts.code, facts.name].filter((text) => text !== '').map((text) => printable(text, 100));
  const tries = [
    `${facts.attempts} ${facts.attempts === 1 ? 'attempt' : 'attempts'}`,
    ...(facts.resends > 0 ? [`sent again ${facts.resends} times`] : []),
    `first seen ${new Date(facts.firstSeenMs).toISOString()}`,
    `dead since ${new Date(facts.deadAtMs).toISOString()}`,
  ].join(', ');
  return [
    screen.paint('bold', title.join('  ')),
    row('id', `${printable(facts.relayId, 200)}  (SQS message ${printable(facts.messageId, 100)})`),
    row('operation', printable(facts.operation ?? '', 100)),
    row('said', printable(facts.message.replaceAll('\n', '; '), 600)),
    row('means', printable(facts.meaning, 1_000)),
    row('remedy', printable(facts.remedy, 2_000)),
    row('unknown', facts.outcomeUnknown ? 'Marketo may have done it: look there before it is sent again.' : ''),
    row('tries', tries),
    row('whole', facts.overflow === undefined ? '' : wholeText(facts.overflow, whole !== undefined)),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function wholeText({ bucket, key }: { readonly bucket: string; readonly key: string }, isFetched: boolean): string {
  return printable(`${isFetched ? 'fetched from' : 'not fetched from'} s3://${bucket}/${key}`, 400);
}

function panelsOf({ letter, whole, facts }: MatchedLetter): readonly Panel[] {
  const text = whole ?? letter.body;
  if (facts.source === 'sqs') return [{ title: 'Message, as SQS moved it', lines: linesOf(text) }];
  const root = readJsonTree(text);
  const part = (name: string): string | undefined => {
    const node = memberOf(root, name);
    return node && text.slice(node.start, node.end);
  };
  const file = part('file');
  const request = part('request');
  const response = part('response');
  return [
    { title: 'Message', lines: linesOf(originalBodyOf(text)) },
    ...(file === undefined
      ? []
      : [{ title: 'Rows of the file', lines: [...linesOf(file), ...failedRows(part('failure'))] }]),
    ...(request === undefined ? [] : [{ title: 'Request', lines: exchangeLines(request) }]),
    ...(response === undefined ? [] : [{ title: 'Response', lines: exchangeLines(response) }]),
  ];
}

/** The first of them: the CSV that the letter names has all, with their cells. */
function failedRows(failure = '{}'): readonly string[] {
  const { details = [] } = JSON.parse(failure) as { details?: readonly { row?: number; message?: string }[] };
  const shown = details.slice(0, MOST_ROWS).map(({ row, message }) => {
    return printable(`row ${row ?? '?'}: ${message ?? ''}`, 200);
  });
  return details.length > shown.length ? [...shown, `... ${details.length - shown.length} more`] : shown;
}

/** What a text body holds is laid out too: a letter keeps a body as text where its JSON would lose something. */
function exchangeLines(text: string): readonly string[] {
  const root = readJsonTree(text);
  const body = memberOf(root, 'body');
  const first = ['method', 'url', 'status', 'none'].flatMap((name) => {
    const node = memberOf(root, name);
    return node === undefined ? [] : [textOf(text, node)];
  });
  return [printableText(first.join(' ')), ...(body === undefined ? [] : linesOf(textOf(text, body)))];
}

function linesOf(text: string): readonly string[] {
  const lines = printableText(layOut(text, 2)).replaceAll('\t', ' ').split('\n');
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES), `... ${lines.length - MOST_LINES} lines more`];
}

function stacked(panels: readonly Panel[], screen: Screen): string {
  return panels.map(({ title, lines }) => `${screen.paint('bold', title)}\n${lines.join('\n')}`).join('\n\n');
}

function sideBySide(panels: readonly Panel[], width: number, screen: Screen): string {
  const columns = panels.map(({ title, lines }) => ({ title, lines: lines.flatMap((line) => broken(line, width)) }));
  const height = Math.max(...columns.map(({ lines }) => lines.length));
  const rows = [...Array(height).keys()].map((row) =>
    columns
      .map(({ lines }) => (lines[row] ?? '').padEnd(width))
      .join(GAP)
      .trimEnd(),
  );
  const titles = columns.map(({ title }) => title.padEnd(width)).join(GAP);
  return [screen.paint('bold', titles.trimEnd()), ...rows].join('\n');
}

/** A line that is too long goes on below, under its own indentation. */
function broken(line: string, width: number): readonly string[] {
  const indent = ' '.repeat(Math.min(/^ */.exec(line)?.[0].length ?? 0, width - 12) + 1);
  const pieces = [line.slice(0, width)];
  for (let rest = line.slice(width); rest !== ''; ) {
    const room = width - indent.length;
    pieces.push(indent + rest.slice(0, room));
    rest = rest.slice(room);
  }
  return pieces;
}

export { renderLetter };
