/** A piece of a text, and the line on which it begins. */
interface TextPiece {
  readonly text: string;
  readonly line: number;
}

/**
 * The items of a text that is a JSON array, each as it is written: parsing and printing them again would change long numbers.
 *
 * @param text - known to be JSON
 */
function splitArray(text: string): readonly TextPiece[] {
  return splitValues(text, text.indexOf('[') + 1, text.lastIndexOf(']'));
}

/** The JSON values that follow one another in a text, whatever lies between them; each is to be parsed by itself. */
function splitValues(text: string, from = 0, to = text.length): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let line = 1 + countLines(text, 0, from);
  let at = from;
  while (at < to) {
    if (' \t\r\n,\ufeff'.includes(text.charAt(at))) {
      if (text.charAt(at) === '\n') line += 1;
      at += 1;
      continue;
    }
    const end = Math.min(to, endOfValue(text, at));
    pieces.push({ text: text.slice(at, end), line });
    line += countLines(text, at, end);
    at = end;
  }
  return pieces;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at) - 1;
    } else if (character === '{' || character === '[') {
      depth += 1;
      continue;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    } else if (depth > 0 || !/[\s,]/.test(text.charAt(at + 1))) {
      continue;
    }
    if (depth <= 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at + 1;
  }
  return text.length;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

export type { TextPiece };
export { splitArray, splitValues };
