import { inspect } from 'node:util';
import type { Log } from '../ports.ts';
import { TAINT } from './model/identity.ts';
import { marksIn } from './publications.ts';
import type { World } from './world.ts';

/** Secrets are tainted: nothing that leaves the core may hold one. */
function scan(world: World, where: string, text: string): void {
  const at = text.indexOf(TAINT);
  if (at >= 0) world.checks.fail('noSecrets', `${where}: ...${text.slice(Math.max(0, at - 60), at + 40)}`);
}

function watchedLog(world: World, worker: string): Log {
  const line = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    const text = fields === undefined ? '' : JSON.stringify(fields);
    scan(
      world,
      `log line "${message}"`,
      `${message}${text}${fields?.error instanceof Error ? inspect(fields.error) : ''}`,
    );
    const owner = world.markOf.get(String(fields?.relayId));
    world.note(
      owner === undefined ? marksIn(text) : [owner],
      () => `${worker} ${level}: ${message} ${text.slice(0, 200)}`,
    );
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

export { scan, watchedLog };
