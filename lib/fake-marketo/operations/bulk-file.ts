import { type CsvFormat, isCsvFormat, parseCsv } from '../csv.ts';
import type { ApiCall } from '../operation.ts';
import { type Failure, fail } from '../outcome.ts';

type ImportFile = { readonly kind: 'file'; readonly format: CsvFormat; readonly rows: string[][] } | Failure;

/** The part named `file` of a multipart body; `format` comes in the query, or as a part of its own. */
function readFile(call: ApiCall): ImportFile {
  const boundary = /boundary="?([^";]+)"?/.exec(call.contentType)?.[1];
  if (!call.contentType.startsWith('multipart/form-data') || boundary === undefined) return malformed();
  const parts = call.text.split(`--${boundary}`);
  // Marketo: bulk-import. RFC 2046: the last boundary is followed by two hyphens.
  if (parts.length < 3 || !parts.at(-1)?.startsWith('--')) return malformed();
  const file = contentOf(parts, 'file');
  // Rule: bulk-multipart
  if (file === undefined) return malformed();
  const format = call.query.get('format') ?? contentOf(parts, 'format') ?? null;
  // Rule: bulk-format
  if (!isCsvFormat(format)) return fail('1003', 'Invalid data: invalid format');
  return { kind: 'file', format, rows: parseCsv(file, format) };
}

function contentOf(parts: readonly string[], name: string): string | undefined {
  for (const part of parts) {
    const start = part.indexOf('\r\n\r\n');
    if (start < 0 || !new RegExp(`[; ]name="?${name}"?(?:[;\r]|$)`, 'm').test(part.slice(0, start))) continue;
    return part.slice(start + 4).replace(/\r\n$/, '');
  }
  return undefined;
}

function malformed(): Failure {
  return fail('613', 'Invalid Multipart Request');
}

export { readFile };
