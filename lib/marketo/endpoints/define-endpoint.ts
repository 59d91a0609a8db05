import type { MarketoRequest } from '../request.ts';
import { never } from './already-done.ts';
import { NO_KEYS } from './keys.ts';
import type { Endpoint } from './types.ts';

/** A row of the endpoint table: what differs from the defaults, which suit most operations. */
type EndpointRow = Pick<Endpoint, 'operation' | 'path'> &
  Partial<Omit<Endpoint, 'operation' | 'path' | 'idempotent' | 'recordLimit'>> & {
    readonly recordLimit?: number;
    /** Required for what is not a GET: nobody should get it by default. */
    readonly idempotent?: boolean | ((request: MarketoRequest) => boolean);
  };

/** Marketo: the "Timeouts" section of each object's page; the figure that holds where none is given. */
const DEFAULT_TIMEOUT_SECONDS = 30;

function defineEndpoint(row: EndpointRow): Endpoint {
  const method = row.method ?? 'POST';
  const idempotent = row.idempotent ?? method === 'GET';
  return Object.freeze({
    bodyForm: method === 'GET' ? 'none' : 'json',
    aligned: false,
    serverTimeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
    recordKeys: () => NO_KEYS,
    circumstances: [],
    parameters: {},
    alreadyDone: never,
    ...row,
    method,
    idempotent: typeof idempotent === 'function' ? idempotent : () => idempotent,
  });
}

export type { EndpointRow };
export { DEFAULT_TIMEOUT_SECONDS, defineEndpoint };
