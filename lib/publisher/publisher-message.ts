import type { JsonObject, MarketoRequest } from '../marketo/request.ts';

/**
 * A message as it is published: one Marketo request, and what the relay is to know of it. Its JSON Schema is
 * `marketo-relay/message.schema.json`.
 *
 * @example
 * const message: PublisherMessage = { path: '/rest/v1/leads.json', body: { input: [{ email: 'ann@example.com' }] } };
 */
interface PublisherMessage {
  /** @default 'POST' with a body or form; else 'GET', where the path only reads */
  readonly method?: MarketoRequest['method'];
  /** Below `/rest/v1/`, `/rest/asset/v1/` or `/bulk/v1/`; no host. */
  readonly path: string;
  /** An array repeats the parameter. */
  readonly query?: NonNullable<MarketoRequest['query']>;
  readonly body?: JsonObject;
  /** Instead of `body`: form fields, as the asset endpoints want them. */
  readonly form?: NonNullable<MarketoRequest['form']>;
  /** Of an import: the object in S3 that holds its rows. */
  readonly file?: { readonly bucket: string; readonly key: string };
  /**
   * Your name for this request, 1 to 128 printable ASCII characters: the same again under it is not executed twice where
   * that would matter.
   *
   * @default - the publisher gives one that is unique
   */
  readonly id?: string;
  /** ISO 8601 instant with its offset: past it the message becomes a dead letter instead of a call. */
  readonly notAfter?: string;
  /** Overrules what the relay knows of the endpoint. */
  readonly idempotent?: boolean;
  /**
   * Whether what became of it is told, where the relay sends results; with `request`, the result repeats the request.
   *
   * @default true
   */
  readonly results?: boolean | { readonly request?: boolean };
  /** Comes back with the result, unread: at most 256 characters. */
  readonly correlation?: string;
  /**
   * Of a read: how many pages to follow by `nextPageToken`. Each is a call and a result.
   *
   * @default 1
   */
  readonly pages?: number;
}

export type { PublisherMessage };
