import type { LoadS3Stores, S3Stores } from './s3-stores.ts';

/** The same stores, loaded with the first thing that is kept or read. What could not be loaded is tried again the next time. */
function deferS3Stores(load: LoadS3Stores): S3Stores {
  let loading: Promise<S3Stores> | undefined;
  function loaded(): Promise<S3Stores> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }
  return {
    overflow(bucket) {
      const store = async () => (await loaded()).overflow(bucket);
      return {
        bucket,
        put: async (key, body) => (await store()).put(key, body),
        get: async (key) => (await store()).get(key),
      };
    },
    files(bucket) {
      const store = async () => (await loaded()).files(bucket);
      return {
        read: async (file, range) => (await store()).read(file, range),
        keep: async (key, text) => (await store()).keep(key, text),
        kept: async (key) => (await store()).kept(key),
      };
    },
    journal(bucket) {
      return { put: async (key, body) => (await loaded()).journal(bucket).put(key, body) };
    },
  };
}

export { deferS3Stores };
