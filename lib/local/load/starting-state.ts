import { failed } from '../verb-failure.ts';
import { type LoadState, readLoadState } from './load-state.ts';

interface StartInput {
  /** For the reader. */
  readonly name: string;
  readonly statePath: string;
  /** `first`: not where a load of this file was begun already. */
  readonly mode: 'first' | 'resume' | 'again';
  /** What this load is known by. */
  readonly load: string;
  readonly relay: string;
  readonly rows: number;
  readonly nowMs: number;
}

/**
 * Where a load begins.
 *
 * @throws {VerbFailure} where going on, or beginning anew, is not what was asked for.
 */
async function startingState(input: StartInput): Promise<LoadState> {
  const { mode, name, statePath, rows, relay, load } = input;
  if (mode === 'again') return freshState(input);
  const before = await readLoadState(statePath);
  if (before === undefined) {
    if (mode === 'first') return freshState(input);
    throw failed('usage', `--resume: there is no ${statePath}, so no load of this file ended early`);
  }
  const isSame = before.load === load && before.relay === relay;
  if (mode === 'first' && !isSame) return freshState(input);
  if (before.done && isSame) {
    throw failed(
      'usage',
      `${name} was loaded to ${relay} already, at ${before.updatedAt} (${statePath}): --again loads it once more`,
    );
  }
  const ended = `ended after row ${before.throughRow}`;
  if (mode === 'resume') {
    if (isSame) return before;
    throw failed(
      'usage',
      `--resume: file, options or relay are not those of the load that ${ended} (${statePath}): give the same ones, or begin anew with --again`,
    );
  }
  throw failed(
    'usage',
    `a load of ${name} ${ended} of ${rows} (${statePath}): --resume goes on from there, --again begins anew`,
  );
}

function freshState({ load, relay, nowMs }: StartInput): LoadState {
  const at = new Date(nowMs).toISOString();
  return {
    ...{ version: 1, load, relay, startedAt: at, updatedAt: at },
    ...{ throughRow: 0, messages: 0, records: 0, done: false },
  };
}

export { startingState };
