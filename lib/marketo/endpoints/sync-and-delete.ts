import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { createdBefore, whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import type { KeysOfRecord } from './keys.ts';
import type { Endpoint } from './types.ts';

interface SyncAndDelete {
  /** In the plural, as it ends the operation's name: `Companies`. */
  readonly objects: string;
  /** Without `.json`: `/rest/v1/companies`. */
  readonly path: string;
  readonly recordKeys: KeysOfRecord;
  readonly syncTimeoutSeconds: number;
  readonly deleteTimeoutSeconds: number;
}

/**
 * The two writes that most objects of the lead database have, alike in all but names (Marketo: lead-database). Both
 * find records by a key that Marketo keeps unique, so a repetition changes nothing.
 */
function syncAndDelete(spec: SyncAndDelete): readonly Endpoint[] {
  const common = {
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: spec.recordKeys,
  };
  return [
    defineEndpoint({
      ...common,
      operation: `sync${spec.objects}`,
      path: `${spec.path}.json`,
      serverTimeoutSeconds: spec.syncTimeoutSeconds,
      circumstances: ['dependent'],
      alreadyDone: createdBefore,
    }),
    defineEndpoint({
      ...common,
      operation: `delete${spec.objects}`,
      path: `${spec.path}/delete.json`,
      serverTimeoutSeconds: spec.deleteTimeoutSeconds,
      circumstances: ['removal'],
      alreadyDone: whenCodeIs('1013'),
    }),
  ];
}

export { syncAndDelete };
