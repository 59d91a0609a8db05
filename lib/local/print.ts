import { printable } from './cli/layout.ts';

/** What `JSON.stringify` leaves as it is and a terminal may act on: C1 controls, marks of direction, invisible signs. */
const UNSAFE_IN_JSON = /[\u007F-\u009F\u2028\u2029\p{Cf}]/gu;
/** The same in plain text, line ends and tabs excepted. */
const UNSAFE_IN_TEXT = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu;

/** JSON that reads back the same and holds no character that a terminal acts on. */
function printableJson(value: unknown, indent?: number): string {
  return escapeUnsafe(JSON.stringify(value, null, indent) ?? 'null');
}

/** The same for text that is JSON already, such as a body that must stay as it is written. */
function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Text of several lines that somebody else wrote. */
function printableText(text: string): string {
  return text.replace(UNSAFE_IN_TEXT, ' ');
}

/** Pads to a column; one that is too long is cut. */
function cell(text: string, columns: number): string {
  return printable(text, Math.max(4, columns)).padEnd(columns);
}

export { cell, escapeUnsafe, printable, printableJson, printableText };
