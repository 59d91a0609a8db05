import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What all of the core stands on: `ports` is the one file `lib/ports.ts`. */
const BASE = ['marketo', 'settings', 'ports'];
const STATE = ['ledger', 'access-token', 'schema', ...BASE];
const TOLD = ['dead-letter', 'results', 'journal', 'message'];
const DELIVERY = [...TOLD, 'telemetry', ...STATE];
const FUNCTIONS = ['aws', 'govern', 'triage', 'delivery', ...DELIVERY];

/** What each room may import beside itself: `docs/decisions/006-rooms.md`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  marketo: ['ports'],
  settings: ['marketo'],
  schema: ['marketo', 'ports'],
  message: BASE,
  'access-token': BASE,
  ledger: BASE,
  journal: ['telemetry', ...BASE],
  telemetry: ['ledger', ...BASE],
  'dead-letter': ['telemetry', 'message', ...BASE],
  results: ['telemetry', 'message', ...BASE],
  delivery: DELIVERY,
  webhook: ['message', ...BASE],
  triage: ['dead-letter', 'telemetry', 'message', ...BASE],
  govern: ['delivery', 'telemetry', ...STATE],
  aws: ['govern', 'delivery', 'webhook', ...TOLD, ...STATE],
  runtime: ['webhook', ...FUNCTIONS],
  cloud: ['webhook', 'telemetry', 'message', 'settings'],
  publisher: ['message', 'marketo', 'settings'],
  simulation: ['runtime', ...FUNCTIONS],
  'fake-marketo': [],
  emulators: ['settings', 'ports'],
  local: ['emulators', 'fake-marketo', 'publisher', 'runtime', 'webhook', ...FUNCTIONS],
};

/** The rooms that may import the AWS SDK. */
const SDK_ROOMS: ReadonlySet<string> = new Set([
  'aws',
  'runtime',
  'cloud',
  'publisher',
  'emulators',
  'local',
  'simulation',
]);

const rooms = Object.keys(MAY_IMPORT);

function roomOf(path: string): string {
  const [, room = ''] = relative(ROOT, path).split('/');
  return room.replace(/\.ts$/, '');
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, specifier = '']) =>
    join(dirname(path), specifier),
  );
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(ROOT, folder, name));
}

describe('imports point one way', () => {
  it('knows every room', () => {
    const found = readdirSync(join(ROOT, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(found.map(({ name }) => name).sort()).toEqual(rooms.toSorted());
  });

  it.each(rooms)('from lib/%s', (room) => {
    const allowed = new Set([room, ...(MAY_IMPORT[room] ?? [])]);
    const outside = filesOf(`lib/${room}`).flatMap((path) =>
      importsOf(path)
        .filter((target) => !allowed.has(roomOf(target)))
        .map((target) => `${relative(ROOT, path)} imports ${relative(ROOT, target)}`),
    );
    expect(outside).toEqual([]);
  });

  it('and a bench imports nothing from the tests', () => {
    const outside = filesOf('bench').flatMap((path) =>
      importsOf(path).filter((target) => target.startsWith(join(ROOT, 'test'))),
    );
    expect(outside).toEqual([]);
  });

  it('and the AWS SDK is known to the rooms that adapt, wire or stand in for it, and to no other', () => {
    const knowing = filesOf('lib')
      .filter((path) => !SDK_ROOMS.has(roomOf(path)) && readFileSync(path, 'utf8').includes("from '@aws-sdk/"))
      .map((path) => relative(ROOT, path));
    expect(knowing).toEqual([]);
  });

  it("and AWS's clients are made in one place, where each gets its deadlines, by the publisher for whoever has none, and by the emulators and the command line for themselves", () => {
    const makes = (path: string): boolean => /\bnew \w*Client\(/.test(readFileSync(path, 'utf8'));
    const makers = ['lib', 'functions', 'bin'].flatMap(filesOf).filter(makes);
    const elsewhere = makers
      .map((path) => relative(ROOT, path))
      .filter((path) => !/^lib\/(?:emulators|local\/target)\//.test(path));
    expect(elsewhere).toEqual(['lib/publisher/default-client.ts', 'lib/runtime/clients.ts']);
  });
});
