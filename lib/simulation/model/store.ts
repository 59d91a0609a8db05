/** The overflow bucket: objects by key. */
class ModelStore {
  readonly objects = new Map<string, string>();
}

export { ModelStore };
