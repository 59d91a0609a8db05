import type { JsonObject } from '../marketo/request.ts';
import type { TypedParts } from './bodies.ts';
import { OPERATIONS, type Operation, type Operations } from './operations.ts';
import type { PublisherMessage } from './publisher-message.ts';

/** What a message says beside its request. */
interface MessageOptions extends Pick<PublisherMessage, 'id' | 'idempotent' | 'results' | 'correlation' | 'pages'> {
  /** Past it the message becomes a dead letter instead of a call: a `Date`, or ISO 8601 with its offset. */
  readonly notAfter?: string | Date;
}

type PlaceOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceOf<Rest> : never;
type Places<O extends Operation> = { readonly [Name in PlaceOf<Operations[O][1]>]: string | number };

type Query = NonNullable<PublisherMessage['query']>;
/** By the form in which the parameters of an operation travel. */
interface AnyParts {
  json: { readonly body?: JsonObject; readonly query?: Query };
  form: { readonly form?: NonNullable<PublisherMessage['form']>; readonly query?: Query };
  none: { readonly query?: Query };
  multipart: { readonly file: NonNullable<PublisherMessage['file']>; readonly query: Query };
}

/** What an operation takes: the parts of its path by name, and `body`, `form` or `query` as Marketo wants them. */
type Parts<O extends Operation> = Places<O> & (O extends keyof TypedParts ? TypedParts[O] : AnyParts[Operations[O][2]]);

type Arguments<O extends Operation> =
  Record<never, never> extends Parts<O>
    ? [parts?: Parts<O>, options?: MessageOptions]
    : [parts: Parts<O>, options?: MessageOptions];

/** A maker of messages for each operation of the endpoint table. */
type Requests = { readonly [O in Operation]: (...given: Arguments<O>) => PublisherMessage };

/**
 * Makes the message for an operation, by the name that logs, metrics and dead letters give it. All know the parts
 * of their paths; those that have records, a JSON body or a parameter that they cannot do without know these too.
 *
 * @example
 * requests.addLeadsToList({ listId: 7, body: { input: [{ id: 1001 }] } }, { id: 'newsletter-1001' });
 * // { id: 'newsletter-1001', method: 'POST', path: '/rest/v1/lists/7/leads.json', body: { input: [{ id: 1001 }] } }
 */
const requests = Object.freeze(
  Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, makerOf(operation as Operation)])),
) as unknown as Requests;

type GivenParts = { readonly [name: string]: unknown };

function makerOf(operation: Operation) {
  const [method, template] = OPERATIONS[operation];
  return (parts: GivenParts = {}, options: MessageOptions = {}): PublisherMessage => {
    const { query, body, form, file } = parts as Pick<PublisherMessage, 'query' | 'body' | 'form' | 'file'>;
    const { id, notAfter, idempotent, results, correlation, pages } = options;
    return {
      ...(id === undefined ? {} : { id }),
      method,
      path: pathOf(operation, template, parts),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body }),
      ...(form === undefined ? {} : { form }),
      ...(file === undefined ? {} : { file }),
      ...(notAfter === undefined ? {} : { notAfter: instantOf(notAfter) }),
      ...(idempotent === undefined ? {} : { idempotent }),
      ...(results === undefined ? {} : { results }),
      ...(correlation === undefined ? {} : { correlation }),
      ...(pages === undefined ? {} : { pages }),
    };
  };
}

function pathOf(operation: Operation, template: string, parts: GivenParts): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
      throw new TypeError(`${operation} needs ${name}, a part of its path ${template}; got ${String(value)}`);
    }
    return encode(String(value));
  });
}

/** What `encodeURIComponent` leaves as it is, and a path of the relay does not take, included. */
function encode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, hex);
}

/** An instant that is none stays one that the checks name. */
function instantOf(notAfter: string | Date): string {
  if (typeof notAfter === 'string') return notAfter;
  return Number.isNaN(notAfter.getTime()) ? String(notAfter) : notAfter.toISOString();
}

export type { MessageOptions, Parts, Requests };
export { requests };
