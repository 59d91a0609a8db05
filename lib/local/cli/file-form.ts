/**
 * How a file of messages is laid out:
 *
 * - `lines`: NDJSON, a message a line.
 * - `array`: one JSON array of messages, however it is broken into lines.
 * - `pretty`: messages one after another, each laid out over several lines.
 * - `csv`: no messages at all.
 */
type FileForm = 'lines' | 'array' | 'pretty' | 'csv';

/** Separated cells without a bracket in them. */
const CELLS = /^[^{}[\]]+[,;\t][^{}[\]]*$/;

/**
 * @param first - the first two lines that are not empty, decoded
 */
function formOf(path: string, [first = '', second = '']: readonly string[]): FileForm {
  if (first.startsWith('[')) return isJson(first) && second !== '' ? 'lines' : 'array';
  if (isJson(first)) return 'lines';
  if (/\.(csv|tsv)$/i.test(path) || CELLS.test(first)) return 'csv';
  // A line that is cut off is followed by the next message; a message that is laid out, by its own next line.
  return first.startsWith('{') && second !== '' && !second.startsWith('{') ? 'pretty' : 'lines';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export type { FileForm };
export { formOf };
