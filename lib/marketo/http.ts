/** What goes over the wire, without the token: the client adds `Authorization`, so a letter can never hold it. */
interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back. HTTP status alone decides nothing: Marketo answers 200 to most failures. */
type HttpReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      /** Decoded as UTF-8, replacement characters for what is not. */
      readonly body: string;
      /** False when the connection ended, or the size limit came, before the body's end. */
      readonly complete: boolean;
    }
  | {
      readonly kind: 'noReply';
      readonly reason: 'timeout' | 'connection' | 'notConnected';
      /** False only when it is certain that no byte of the request reached Marketo. */
      readonly mayHaveExecuted: boolean;
      /** For the operator; holds no secret. */
      readonly detail: string;
    };

/**
 * Makes one HTTP call and never throws: every outcome is a value. Does not follow redirects.
 * `bearer` is sent as `Authorization: Bearer ...` and appears nowhere else.
 */
type Transport = (request: HttpRequest, options: { timeoutMs: number; bearer?: string }) => Promise<HttpReply>;

export type { HttpReply, HttpRequest, Transport };
