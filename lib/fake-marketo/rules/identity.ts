import type { Rule } from './types.ts';

const IDENTITY = [
  {
    id: 'identity-parameters',
    does: 'Parameters in the query or as a form',
    tag: 'recorded',
    source: 'Marketo: authentication; action-destinations of Segment',
  },
  {
    id: 'identity-same-token',
    does: 'The same token until it expires, with what remains of its life',
    tag: 'documented',
    source: 'Marketo: authentication',
  },
  {
    id: 'identity-last-second',
    does: '`expires_in` can be 0 with a good token',
    tag: 'recorded',
    source: 'rudder-transformer, pull request 2432',
  },
  {
    id: 'identity-expired-once',
    does: '602 at the first use after expiry, 601 later',
    tag: 'documented',
    source: 'Marketo: blog, Exception and Error Handling, part 3',
  },
  {
    id: 'identity-by-service',
    does: 'Each custom service has a token of its own',
    tag: 'documented',
    source: 'Marketo: custom-services',
  },
  {
    id: 'identity-bad-credentials',
    does: 'HTTP 401 `invalid_client` for unknown credentials',
    tag: 'recorded',
    source: 'embulk-input-marketo and mrkt, tests',
  },
  { id: 'identity-other-grant', does: 'HTTP 400 for another grant type', tag: 'unknown', source: 'No source' },
  {
    id: 'identity-token-form',
    does: 'A token is a UUID and a suffix',
    tag: 'recorded',
    source: 'Marketo: authentication, sample; recordings',
  },
] as const satisfies readonly Rule[];

export { IDENTITY };
