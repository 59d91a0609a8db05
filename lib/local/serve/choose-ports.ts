import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LOOPBACK } from '../../emulators/loopback.ts';
import { MAX_PORT, PORT_NAMES, type ServePorts } from '../cli/read-ports.ts';

type ChosenPorts =
  | {
      readonly kind: 'chosen';
      readonly ports: ServePorts /** Remembered, and taken by others now. */;
      readonly moved: readonly string[];
    }
  | { readonly kind: 'taken'; readonly problems: readonly string[] };

const FILE_NAME = 'ports.json';

/**
 * The ports of a serving relay: those that were asked for, else those of the last time in this folder, so that a script or a
 * bookmark goes on working. One that was asked for and is taken is a problem; a remembered one gives way to a free one.
 */
async function choosePorts(asked: ServePorts, folder: string): Promise<ChosenPorts> {
  const remembered = await readRemembered(folder);
  const problems: string[] = [];
  const moved: string[] = [];
  const ports: { -readonly [Name in keyof ServePorts]: ServePorts[Name] } = {};
  for (const name of PORT_NAMES) {
    const port = asked[name] ?? remembered[name];
    if (port === undefined) continue;
    if (await isFree(port)) ports[name] = port;
    else if (asked[name] === undefined) moved.push(`port ${port} (${name}) is taken now: another one is used`);
    else problems.push(`--port ${name}=${port}: something listens there already; end it, or choose another port`);
  }
  return problems.length > 0 ? { kind: 'taken', problems } : { kind: 'chosen', ports, moved };
}

async function rememberPorts(folder: string, ports: ServePorts): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, FILE_NAME), `${JSON.stringify(ports)}\n`);
}

async function readRemembered(folder: string): Promise<ServePorts> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, FILE_NAME), 'utf8'));
    const known = Object.entries(value ?? {}).filter(
      ([name, port]) =>
        PORT_NAMES.some((each) => each === name) && Number.isInteger(port) && port > 0 && port <= MAX_PORT,
    );
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

export { choosePorts, rememberPorts };
