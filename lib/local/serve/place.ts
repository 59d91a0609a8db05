import { resolve } from 'node:path';
import type { Log } from '../../ports.ts';
import type { WebhookForm } from '../../webhook/form.ts';
import type { RunOptions } from '../cli/arguments.ts';
import type { ServePorts } from '../cli/read-ports.ts';
import type { LocalRelay } from '../relay.ts';
import { DEFAULT_STATE_FOLDER } from '../target/target.ts';
import { choosePorts, rememberPorts } from './choose-ports.ts';
import { servingFrom } from './descriptor.ts';
import { keepMarketo } from './keep-marketo.ts';
import { type ServedRelay, serveRelay } from './server.ts';
import { readFormsFile } from './webhook-setup.ts';

/** Where a relay that serves listens, and what of it is kept. */
interface ServingPlace {
  /** Of the descriptor and the ports. */
  readonly folder: string;
  readonly ports: ServePorts;
  /** Queues, bucket and table are kept only where a folder was named. */
  readonly kept: { readonly stateFolder?: string };
  /** Of the webhook intake. */
  readonly forms: readonly WebhookForm[];
  /** For the reader. */
  readonly remarks: readonly string[];
}

type PlaceOutcome =
  | { readonly kind: 'place'; readonly place: ServingPlace }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

/** Finds the place before anything starts: two relays cannot share one, and a port that was asked for must be free. */
async function findPlace(
  { statePath, ports: asked, formsPath }: RunOptions,
  currentFolder: string,
): Promise<PlaceOutcome> {
  const read = readFormsFile(formsPath);
  if (read.kind === 'unreadable') return { kind: 'wrong', problems: read.problems };
  const folder = resolve(currentFolder, statePath ?? DEFAULT_STATE_FOLDER);
  const pid = await servingFrom(folder);
  if (pid !== undefined) {
    const remedy = statePath === undefined ? 'or give this one a folder with --state' : 'or give another folder';
    return {
      kind: 'wrong',
      problems: [`${folder}: a relay serves from here already (process ${pid}); end it, ${remedy}`],
    };
  }
  const chosen = await choosePorts(asked, folder);
  if (chosen.kind === 'taken') return { kind: 'wrong', problems: chosen.problems };
  const kept = statePath === undefined ? {} : { stateFolder: folder };
  return { kind: 'place', place: { folder, ports: chosen.ports, kept, forms: read.forms, remarks: chosen.moved } };
}

/** Opens page and control server, keeps the fake where state is kept, and notes the ports for the next time. */
async function openServing(relay: LocalRelay, place: ServingPlace, log: Log): Promise<ServedRelay> {
  const { folder, ports, kept, forms } = place;
  const served = await serveRelay(relay, {
    folder,
    forms,
    log,
    ...(ports.page === undefined ? {} : { port: ports.page }),
  });
  const { sqs, dynamodb, secretsManager } = relay.endpoints;
  await rememberPorts(folder, {
    page: portOf(served.url),
    sqs: portOf(sqs),
    dynamodb: portOf(dynamodb),
    secrets: portOf(secretsManager),
    ...(relay.fake === undefined ? {} : { marketo: portOf(relay.marketoUrl) }),
  });
  const keeper = relay.fake && kept.stateFolder && keepMarketo(relay.fake, kept.stateFolder);
  return {
    ...served,
    async stop() {
      await served.stop();
      if (keeper) await keeper.stop();
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

export type { ServingPlace };
export { findPlace, openServing };
