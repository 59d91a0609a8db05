import { keysOf, matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { readShape } from '../../message/read-shape.ts';

/** The keys of what a message changes, as intake would see them; none for a body that is no message. */
function keysOfBody(body: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [];
  }
  const { request } = readShape(value);
  return request === undefined ? [] : keysOf(request, matchEndpoint(request));
}

export { keysOfBody };
