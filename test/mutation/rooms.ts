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
    mutate: files(
      'lib/ledger',
      'admit fold window window-codec day circuit learned usage clocks keys limits state item gate',
    ),
    tests: tests(
      'test/ledger',
      'admit circuit clocks day fold gate item keys learned properties usage window window-codec',
    ),
  },
  {
    name: 'delivery',
    mutate: files('lib/delivery', 'plan split group judge verdict aftermath'),
    tests: tests('test/delivery', 'aftermath isolate judge judge-verdicts plan reshape split'),
  },
  {
    name: 'settle',
    mutate: files('lib/delivery', 'settle delays return-delays returned-copy settled-letter own-exchange'),
    tests: tests('test/delivery', 'delays order own-exchange returned-copy settle settled-letter'),
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
