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
      const kept = Object.entries({ ...to.releases, ...stored.releases }).filter(([id]) => to.slots[id] !== undefined);
      stored = { ...to, releases: Object.fromEntries(kept) };
      return true;
    },
    async recordReleases(releases) {
      if (stored.version > 0) stored = { ...stored, releases: { ...stored.releases, ...releases } };
      return stored;
    },
  };
}

export { createMemoryRegister };
