import type { DatabaseSync } from 'node:sqlite';
import type { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type SqsStore = Stores['sqsStore'];
type SqsQueue = NonNullable<ReturnType<SqsStore['getQueueByName']>>;
type SqsMessage = Parameters<SqsQueue['enqueue']>[0];

/** What of fauxqs's own files is used: its package exports none of it. */
interface StoreFiles {
  readonly sqsStore: {
    readonly SqsStore: { new (): SqsStore; createMessage(...message: CreateMessage): SqsMessage };
  };
  readonly snsStore: { readonly SnsStore: new () => Stores['snsStore'] };
  readonly s3Store: { readonly S3Store: new () => Stores['s3Store'] };
  readonly persistence: { readonly PersistenceManager: new (folder: string) => Persistence };
}

type CreateMessage = [body: string, attributes?: SqsMessage['messageAttributes']];

type Persistence = NonNullable<SqsStore['persistence']> & {
  load(sqs: SqsStore, sns: Stores['snsStore'], s3: Stores['s3Store']): void;
  close(): void;
};

interface OpenStores {
  readonly stores: Stores;
  createMessage(...message: CreateMessage): SqsMessage;
  /** Closes the files. Safe to call twice. */
  close(): void;
}

/**
 * The stores of fauxqs 2.4.1, in memory or written through to SQLite in a folder.
 *
 * Its own start function can keep state too, and listens on every interface of the machine, which nothing local may do: so
 * the stores are made here, out of the files of the package, and handed to the application.
 */
async function openStores(folder: string | undefined): Promise<OpenStores> {
  const { sqsStore, snsStore, s3Store, persistence } = await loadFiles();
  const stores: Stores = {
    sqsStore: new sqsStore.SqsStore(),
    snsStore: new snsStore.SnsStore(),
    s3Store: new s3Store.S3Store(),
  };
  const createMessage = (...message: CreateMessage): SqsMessage => sqsStore.SqsStore.createMessage(...message);
  if (folder === undefined) return { stores, createMessage, close: () => {} };

  const kept = mended(new persistence.PersistenceManager(folder));
  kept.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  // Not before the loading: what is loaded must not be written again.
  for (const store of Object.values(stores)) store.persistence = kept;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = kept;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) kept.close();
    isOpen = false;
  };
  return { stores, createMessage, close };
}

/**
 * fauxqs 2.4.1 notes a message that is given back with a receive count of NULL, which its own table refuses: the request fails, and
 * the message is in neither of its lists any more.
 */
function mended(persistence: Persistence): Persistence {
  const { db } = persistence as unknown as { readonly db: DatabaseSync };
  const giveBack = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void giveBack.run(messageId);
  return persistence;
}

async function loadFiles(): Promise<StoreFiles> {
  const main = import.meta.resolve('fauxqs');
  const load = (path: string): Promise<unknown> => import(new URL(path, main).href);
  const [sqsStore, snsStore, s3Store, persistence] = await Promise.all(
    ['./sqs/sqsStore.js', './sns/snsStore.js', './s3/s3Store.js', './persistence.js'].map(load),
  );
  return { sqsStore, snsStore, s3Store, persistence } as StoreFiles;
}

export type { OpenStores, SqsMessage, SqsQueue, SqsStore };
export { openStores };
