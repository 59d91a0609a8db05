/** A room whose code is mutated: together with the test files that answer for it, and no others. */
interface Room {
  readonly name: string;
  /** Globs, as Stryker takes them. */
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const files = (folder: string, names: string): string[] => names.split(' ').map((name) => `${folder}/${name}.ts`);
const tests = (folder: string, names: string): string[] => names.split(' ').map((name) => `${folder}/${name}.test.ts`);

/** The pure rooms. What talks to the world (registers, queues, the token's fetch) is the simulator's. */
const ROOMS: readonly Room[] = [
  {
    name: 'ledger',
    mutate: [
      ...files('lib/ledger', 'admit fold account window day adaptive-limit usage clocks keys limits state gate status'),
      ...files('lib/ledger', 'circuit line-circuit operation-circuits'),
      ...files('lib/aws', 'ledger-item ledger-calls-codec ledger-circuits-codec ledger-window-codec'),
    ],
    tests: [
      ...tests('test/ledger', 'admit adaptive-limit clocks day fold gate keys properties status usage window'),
      ...tests('test/ledger', 'line-circuit operation-circuits circuit-properties'),
      ...tests('test/aws', 'ledger-item ledger-window-codec'),
    ],
  },
  {
    name: 'delivery',
    mutate: [
      'lib/delivery/plan/*.ts',
      ...files('lib/delivery/judge', 'judge verdict disposition'),
      ...files('lib/delivery/call', 'pending-work permitted-call busy-key-waits'),
    ],
    tests: [
      'test/delivery/plan/*.test.ts',
      ...tests('test/delivery/call', 'pending-work.property permitted-call busy-key-waits'),
      ...tests('test/delivery/judge', 'disposition judge judge-verdicts'),
      ...tests('test/delivery', 'isolate reshape'),
    ],
  },
  {
    name: 'settle',
    mutate: ['lib/delivery/settle/*.ts', 'lib/delivery/judge/retry-policy.ts'],
    tests: [
      'test/delivery/settle/*.test.ts',
      'test/delivery/judge/retry-policy.test.ts',
      'test/delivery/order.test.ts',
    ],
  },
  {
    name: 'catalogue',
    mutate: ['lib/marketo/catalogue/*.ts'],
    tests: ['test/marketo/catalogue/*.test.ts'],
  },
];

/** The room that `MUTATION_ROOM` names: Stryker's processes learn it from there. */
function roomInEnvironment(): Room {
  const name = process.env.MUTATION_ROOM;
  const room = ROOMS.find((one) => one.name === name);
  if (room === undefined) throw new Error(`MUTATION_ROOM must be one of ${ROOMS.map((one) => one.name).join(', ')}`);
  return room;
}

export type { Room };
export { ROOMS, roomInEnvironment };
