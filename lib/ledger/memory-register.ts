import type { LedgerRegister } from './register.ts';
import { EMPTY_STATE, type LedgerState } from './state.ts';

/** The register in this process's memory, for the simulator and for tests of what uses it. */
function createMemoryRegister(): LedgerRegister {
  let stored: LedgerState = EMPTY_STATE;
  return {
    async read() {
      return stored;
    },
    async swap(from, to) {
      if (stored.version !== from.version) return false;
      const since = Object.entries(stored.releases).filter(([id]) => from.releases[id] === undefined);
      stored = { ...to, releases: { ...to.releases, ...Object.fromEntries(since) } };
      return true;
    },
    async recordReleases(releases) {
      if (stored.version > 0) stored = { ...stored, releases: { ...stored.releases, ...releases } };
      return stored;
    },
  };
}

export { createMemoryRegister };
