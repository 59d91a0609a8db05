import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../../../lib/local/cli/arguments.ts';
import { findPlace } from '../../../lib/local/serve/place.ts';
import { startServed } from './served-relay.ts';

let folder: string;
let busy: Server;
let busyPort: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-place-'));
  busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  busyPort = (busy.address() as { port: number }).port;
});

afterEach(async () => {
  busy.close();
  await rm(folder, { recursive: true });
});

function place(...argv: readonly string[]): ReturnType<typeof findPlace> {
  const read = readArguments(['--serve', ...argv], {});
  if (read.kind !== 'run') throw new Error(JSON.stringify(read));
  return findPlace(read.options, folder);
}

describe('where a relay serves', () => {
  it('is .marketo-relay in the current folder, which keeps nothing but ports unless it is named', async () => {
    expect(await place()).toMatchObject({ place: { folder: join(folder, '.marketo-relay'), kept: {} } });
    expect(await place('--state', 's')).toMatchObject({ place: { kept: { stateFolder: join(folder, 's') } } });
  });

  it('has a port that was asked for, or does not start', async () => {
    expect(await place('--port', `sqs=${busyPort}`)).toEqual({
      kind: 'wrong',
      problems: [expect.stringContaining(`sqs=${busyPort}: something listens there already`)],
    });
  });

  it('has the ports of the last time, and another one where that is taken now', async () => {
    await writeFile(join(folder, 'ports.json'), JSON.stringify({ sqs: busyPort, page: 1, nonsense: 'x' }));

    const found = await place('--state', '.');

    expect(found).toMatchObject({
      kind: 'place',
      place: { remarks: [expect.stringContaining(`port ${busyPort} (sqs)`)] },
    });
    expect(found.kind === 'place' && found.place.ports.sqs).toBeUndefined();
  });
});

describe('a descriptor', () => {
  it('is for its user only, and goes with the relay', async () => {
    const under = await startServed();
    const path = join(under.folder, 'local.json');
    const { mode } = await stat(path);
    const text = await readFile(path, 'utf8');
    await under.served.stop();

    expect(mode & 0o777).toBe(0o600);
    expect(JSON.parse(text)).toMatchObject({ version: 1, pid: process.pid, controlToken: under.served.token });
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await under.stop();
  });

  it('of a relay that runs keeps a second one away, and one of a relay that has ended does not', async () => {
    await writeFile(join(folder, 'local.json'), JSON.stringify({ pid: process.ppid }));
    expect(await place('--state', '.')).toMatchObject({
      kind: 'wrong',
      problems: [expect.stringContaining(`serves from here already (process ${process.ppid})`)],
    });

    await writeFile(join(folder, 'local.json'), JSON.stringify({ pid: 2 ** 22 + 1 }));
    expect(await place('--state', '.')).toMatchObject({ kind: 'place' });
  });
});
