import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What each room may import beside itself: `docs/decisions/006-rooms.md`. `ports` is the one file `lib/ports.ts`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  marketo: ['ports'],
  settings: ['marketo'],
  ledger: ['marketo', 'ports'],
  message: ['marketo', 'ports'],
  deadletter: ['message', 'marketo', 'ports'],
  delivery: ['deadletter', 'message', 'ledger', 'marketo', 'settings', 'ports'],
  cloud: ['delivery', 'settings'],
  local: ['delivery', 'deadletter', 'message', 'ledger', 'marketo', 'settings', 'ports'],
};

const rooms = Object.keys(MAY_IMPORT);

function roomOf(path: string): string {
  const [, room = ''] = relative(ROOT, path).split('/');
  return room.replace(/\.ts$/, '');
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, specifier = '']) => join(dirname(path), specifier));
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
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

  it('and the fake Marketo is made of nothing that it checks', () => {
    const outside = filesOf('lib/local/marketo').flatMap((path) =>
      importsOf(path).filter((target) => !target.startsWith(join(ROOT, 'lib/local/marketo'))),
    );
    expect(outside).toEqual([]);
  });

  it('and nothing in the pure half of the ledger knows AWS', () => {
    const pure = ['admit', 'gate', 'fold', 'window', 'day', 'circuit', 'learned', 'usage', 'clocks', 'state', 'limits'];
    const knowing = pure.filter((name) =>
      readFileSync(join(ROOT, `lib/ledger/${name}.ts`), 'utf8').includes('@aws-sdk'),
    );
    expect(knowing).toEqual([]);
  });
});
