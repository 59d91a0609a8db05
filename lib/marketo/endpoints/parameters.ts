import type { JsonObject, MarketoRequest } from '../request.ts';
import { ownValue } from './keys.ts';

/** One parameter that a request cannot do without, or several of which one is enough. */
interface RequiredParameter {
  readonly oneOf: readonly string[];
  /** Where Marketo's documents put it. Found anywhere else, it is left to Marketo. */
  readonly place: 'query' | 'body';
  /** Requests that do without. */
  readonly unless?: (request: MarketoRequest) => boolean;
}

/**
 * What Marketo asks of an operation's parameters, only as far as its documents leave no doubt: what they call required,
 * and what they bound. Everything else is left to Marketo.
 */
interface ParameterRules {
  readonly required?: readonly RequiredParameter[];
  /** True where parameters are read from the query alone: as body or form they are answered 1002 or 1003 (recorded). */
  readonly queryOnly?: true;
  /** True where records can be named by `id` in the query instead of `input` in the body. */
  readonly idsInQuery?: true;
  /** Most values that one call takes, in a list with commas or a repeated parameter. */
  readonly mostValues?: { readonly name: string; readonly most: number };
}

const inQuery = (...oneOf: readonly string[]): RequiredParameter => ({ oneOf, place: 'query' });
const inBody = (...oneOf: readonly string[]): RequiredParameter => ({ oneOf, place: 'body' });

/** The required parameters that a request lacks: absent, null or blank in query, form and body alike. */
function missingParameters(request: MarketoRequest, rules: ParameterRules): readonly RequiredParameter[] {
  return (rules.required ?? []).filter(
    ({ oneOf, unless }) => !oneOf.some((name) => hasValue(request, name)) && unless?.(request) !== true,
  );
}

function hasValue({ query = {}, form = {}, body = {} }: MarketoRequest, name: string): boolean {
  return [query as JsonObject, form, body].some((place) => {
    const value = ownValue(place, name);
    return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
  });
}

/** How many values a parameter has in query or form, blank ones not counted. */
function valueCount({ query = {}, form = {} }: MarketoRequest, name: string): number {
  const given = [query as JsonObject, form].flatMap((place) => ownValue(place, name) ?? []);
  const texts = given.flatMap((value) => (value === null || typeof value === 'object' ? [] : String(value).split(',')));
  return texts.filter((text) => text.trim() !== '').length;
}

/**
 * The same request with some of the values of a parameter, as {@link valueCount} counts them: a text of values with commas
 * between stays one, a list stays a list.
 */
function withValues(request: MarketoRequest, name: string, from: number, most: number): MarketoRequest {
  const place = request.form !== undefined && Object.hasOwn(request.form, name) ? 'form' : 'query';
  const given = ownValue((request[place] ?? {}) as JsonObject, name);
  const texts = (Array.isArray(given) ? given : [given]).flatMap((value) => String(value).split(','));
  const some = texts.filter((text) => text.trim() !== '').slice(from, from + most);
  return { ...request, [place]: { ...request[place], [name]: Array.isArray(given) ? some : some.join(',') } };
}

export type { ParameterRules, RequiredParameter };
export { hasValue, inBody, inQuery, missingParameters, valueCount, withValues };
