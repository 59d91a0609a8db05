import { createMemoryTokenRegister } from '../../access-token/memory-token-register.ts';
import { createTokenKeeper } from '../../access-token/token-keeper.ts';
import { createIdentity } from '../../marketo/identity.ts';
import { Secret } from '../../marketo/secret.ts';
import { type PlantedBug, withEnds, withLedger } from './planted-bug.ts';

/** Bugs that break Marketo's limits, or what the workers share to keep them. */
const BUGS_OF_LIMITS: readonly PlantedBug[] = [
  {
    what: 'counts the window from the grant instead of the end of the call',
    finds: 'windowKept',
    deps: withEnds((end) => ({ ...end, endedAtMs: end.permit.notBeforeMs })),
  },
  {
    what: 'gives the slot back of a call that Marketo may still be busy with',
    finds: 'slotsKept',
    deps: withEnds((end) => ({ ...end, holdMs: 0 })),
  },
  {
    what: 'leases a slot for a second, whatever the call takes',
    finds: 'slotsKept',
    deps: withLedger((ledger) => ({
      acquire: (asks) => ledger.acquire(asks.map((ask) => ({ ...ask, callTimeoutMs: 1_000 }))),
    })),
  },
  {
    what: 'gives every call back to the day, as if each reply were a starred one',
    finds: 'dayKept',
    deps: withEnds((end) => ({ ...end, counted: false })),
  },
  {
    what: 'tells the ledger of no keys',
    finds: 'keysApart',
    deps: withLedger((ledger) => ({
      acquire: (asks) => ledger.acquire(asks.map((ask) => ({ ...ask, keys: [], hasKeyless: true }))),
    })),
  },
  {
    what: 'asks identity for every call',
    finds: 'identityBounded',
    deps: (deps, world) => {
      const { rawTransport: transport } = world;
      const { fetchToken } = createIdentity({ baseUrl: deps.baseUrl, transport, timeoutMs: 9_000 });
      const secret = JSON.parse(world.secretString()) as { clientId: string; clientSecret: string };
      const credentials = { clientId: secret.clientId, clientSecret: new Secret(secret.clientSecret) };
      const provider = { credentials: async () => credentials, refresh: async () => credentials };
      const fresh = () =>
        createTokenKeeper({
          register: createMemoryTokenRegister(),
          fetchToken,
          credentials: provider,
          clock: deps.clock,
          random: deps.random,
          holderId: 'planted',
          log: deps.log,
        });
      return {
        ...deps,
        tokens: {
          current: () => fresh().current(),
          replace: (failed, evidence) => fresh().replace(failed, evidence),
        },
      };
    },
  },
  {
    what: 'gives a permit back twice when the call took long',
    finds: 'permitsReturned',
    deps: withLedger((ledger) => ({
      release: (ends) => {
        const late = ends.filter((end) => end.endedAtMs - end.permit.notBeforeMs > 3_000);
        return ledger.release([...ends, ...late]);
      },
    })),
  },
  {
    what: 'keeps the permit of a call that failed for a passing reason',
    finds: 'permitsReturned',
    deps: withLedger((ledger) => ({
      release: (ends) => ledger.release(ends.filter((end) => end.outcome !== 'transient')),
    })),
  },
];

export { BUGS_OF_LIMITS };
