import { timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/**
 * Whom the server of a local relay answers. It listens on this machine only, and yet any page in a browser here can send it
 * requests: so the name in `Host` must be this machine's (another name that was made to point here is refused), and what comes from
 * another origin is refused too.
 */
function onlyFromHere(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port()}`);
    const host = context.req.header('host') ?? '';
    const origin = context.req.header('origin');
    const site = context.req.header('sec-fetch-site');
    const isElsewhere = origin !== undefined && origin !== `http://${host}`;
    if (!hosts.includes(host) || isElsewhere || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      return context.text('Only pages of this relay, on this machine, are answered.\n', 403);
    }
    return next();
  };
}

/** Nothing but the relay's own script and style is run or fetched, whatever a dead letter holds. */
const pageHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // Not `no-referrer`: with it a browser sends the page's own forms with the origin `null` (Fetch: Origin header).
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  crossOriginResourcePolicy: 'same-origin',
  // Only for what is served over TLS.
  strictTransportSecurity: false,
});

/** For commands: `Authorization: Bearer ...` with the token of the descriptor. */
function withBearer(token: string): MiddlewareHandler {
  return async (context, next) => {
    const given = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? '';
    if (!isSame(given, token)) return context.json({ error: 'the token of the descriptor file is needed' }, 401);
    return next();
  };
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

export { isSame, onlyFromHere, pageHeaders, withBearer };
