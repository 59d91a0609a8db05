import type { MarketoRequest } from '../request.ts';
import { ASSET_TIMEOUT_SECONDS } from './assets.ts';
import { BULK_TIMEOUT_SECONDS } from './bulk.ts';
import { DEFAULT_TIMEOUT_SECONDS, defineEndpoint } from './define-endpoint.ts';
import type { Endpoint } from './types.ts';

/**
 * What is taken to be true of a path without a row: reads may be repeated, writes may not, and nothing is shared. The
 * asset API grows the fastest, so its new operations have names for metrics; elsewhere they are `unknown`.
 */
function familyEndpoint(request: MarketoRequest, isRead: boolean): Endpoint {
  const isAsset = request.path.startsWith('/rest/asset/');
  return defineEndpoint({
    operation: isAsset ? (isRead ? 'readAsset' : 'writeAsset') : 'unknown',
    method: request.method,
    path: isAsset ? '/rest/asset/v1/{path}' : isBulk(request) ? '/bulk/v1/{path}' : '/rest/v1/{path}',
    bodyForm: bodyFormOf(request),
    serverTimeoutSeconds: isAsset
      ? ASSET_TIMEOUT_SECONDS
      : isBulk(request)
        ? BULK_TIMEOUT_SECONDS
        : DEFAULT_TIMEOUT_SECONDS,
    idempotent: isRead,
  });
}

/** How this very request travels, for rows that cannot say it in advance. */
function bodyFormOf(request: MarketoRequest): Endpoint['bodyForm'] {
  if (request.form !== undefined) return 'form';
  return request.body === undefined ? 'none' : 'json';
}

function isBulk(request: MarketoRequest): boolean {
  return request.path.startsWith('/bulk/');
}

export { bodyFormOf, familyEndpoint };
