import { layOut, memberOf, readJsonTree, textOf } from '../../message/json-tree.ts';
import { unwrap } from '../read.ts';

/** A person with an editor may put a letter into a letter. */
const MAX_LETTERS = 4;

/**
 * The message inside a letter as its publisher wrote it, digit for digit: cut out of the text, never parsed and printed. A
 * body that is no letter is the message itself.
 */
function originalBodyOf(letterText: string): string {
  let text = letterText;
  for (let level = 0; level <= MAX_LETTERS; level += 1) {
    if (!text.includes('"deadLetter"')) return text;
    const root = readJsonTree(text);
    const mark = memberOf(root, 'deadLetter');
    const body = memberOf(memberOf(root, 'message'), 'body');
    if (mark === undefined || text.slice(mark.start, mark.end) !== '1' || body === undefined) return text;
    const inner = textOf(text, body);
    text = body.kind === 'scalar' ? inner : layOut(inner, 0);
  }
  return text;
}

/** Whether the letter on the queue has its message, or only a note that it was cut. */
function isMessageCut(letterText: string): boolean {
  return letterText.includes('"overflow"') && unwrap(letterText).content.kind === 'overflowed';
}

export { isMessageCut, originalBodyOf };
