import type { TokenRegister } from './token-register.ts';
import { EMPTY_TOKEN_STATE, type TokenState } from './token-state.ts';

/** The register in this process's memory, for the simulator and for tests of what uses it. */
function createMemoryTokenRegister(): TokenRegister {
  let stored: TokenState = EMPTY_TOKEN_STATE;
  return {
    async read() {
      return stored;
    },
    async swap(next) {
      if (stored.version !== next.version - 1) return { kind: 'conflict', state: stored };
      stored = next;
      return { kind: 'swapped' };
    },
  };
}

export { createMemoryTokenRegister };
