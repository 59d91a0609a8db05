import { FILE_FORMATS, takesFile } from '../marketo/endpoints/bulk.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import { describe } from './expected.ts';
import type { FilePointer } from './file-pointer.ts';
import type { MessageProblem } from './problem.ts';

/** What is wrong with the file of a request: one that is missing, has no place there, or is of no format. */
function fileProblems(
  { query = {}, body, form }: MarketoRequest,
  file: FilePointer | undefined,
  endpoint: Endpoint,
): readonly MessageProblem[] {
  if (endpoint.bodyForm === 'multipart' && !takesFile(endpoint)) {
    return [{ path: 'path', expected: 'no upload of an asset: this version of the relay imports files of rows alone' }];
  }
  if (!takesFile(endpoint)) {
    if (file === undefined) return [];
    return [{ path: 'file', expected: `nothing: ${endpoint.operation} takes no file; imports of /bulk/v1/ do` }];
  }
  const problems: MessageProblem[] = [];
  if (file === undefined) {
    const expected = 'the object in S3 that holds the rows, as `{"bucket":"...","key":"..."}`; got nothing';
    problems.push({ path: 'file', expected });
  }
  for (const [path, value] of [['body', body] as const, ['form', form] as const]) {
    if (value !== undefined) problems.push({ path, expected: 'nothing: the rows of an import are in `file`' });
  }
  const { format } = query;
  if (format !== undefined && !FILE_FORMATS.has(String(format))) {
    const formats = [...FILE_FORMATS.keys()].map((name) => `"${name}"`).join(', ');
    problems.push({ path: 'query.format', expected: `one of ${formats}; got ${describe(format)}` });
  }
  return problems;
}

export { fileProblems };
