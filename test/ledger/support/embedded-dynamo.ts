import dynalite from 'dynalite';
import { closeServer, listenOnLoopback } from '../../../lib/emulators/loopback.ts';

/** DynamoDB's wire protocol from this process, in memory, on a free port. */
async function startEmbeddedDynamo(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const url = await listenOnLoopback(server);
  return { url, stop: () => closeServer(server) };
}

export { startEmbeddedDynamo };
