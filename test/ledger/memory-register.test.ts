import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { describeRegister } from './register-contract.ts';

describeRegister(
  'the register in memory',
  async () => ({ create: createMemoryRegister, close: async () => undefined }),
  'none',
);
