import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../marketo/http.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import type { MarketoRequest } from '../../marketo/request.ts';

/** More than the lines around a file take. */
const AROUND_BYTES = 1_000;

/**
 * The upload of a file as one piece named `file` (Marketo: bulk-import; RFC 7578).
 *
 * @param content - its rows, the header in front
 */
function multipartUpload(baseUrl: string, request: MarketoRequest, content: string, fileName: string): HttpRequest {
  // Made of the content, so that it does not stand in it.
  const boundary = `marketo-relay-${createHash('sha256').update(content).digest('hex').slice(0, 32)}`;
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${fileName}"`,
    'Content-Type: text/csv; charset=UTF-8',
  ];
  const plain = toHttpRequest(baseUrl, request);
  return {
    ...plain,
    headers: { ...plain.headers, 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `${head.join('\r\n')}\r\n\r\n${content}\r\n--${boundary}--\r\n`,
  };
}

export { AROUND_BYTES, multipartUpload };
