import { fieldsIn, wasAlwaysThere } from './fields.ts';
import type { World } from './world.ts';

/** A Describe of the last minute decides, and the clocks of two workers differ. */
const CERTAIN_MS = 60_000 + 5_000;

/** What is decided now was looked up in this invocation, or a minute before it at most. */
function mustHaveBeenGone(world: World, name: string, marks: readonly string[], how: string): void {
  const { scenario, checks, time } = world;
  const sinceMs = time.nowMs - scenario.startMs;
  const fromMs = sinceMs - scenario.functionTimeoutMs - CERTAIN_MS;
  if (scenario.fields === undefined || !wasAlwaysThere(scenario.fields, name, fromMs, sinceMs)) return;
  checks.fail('fieldsTrue', `${marks.join(' ')} ${how} ${name}, which Marketo has`, marks);
}

/** A letter of the relay's own that says that a field is not there. */
function checkFieldLetter(
  world: World,
  { code, message }: { readonly code: string; readonly message: string },
  marks: readonly string[],
): void {
  if (code !== 'unknownField') return;
  // The names that it suggests exist.
  const said = message.replace(/Did you mean '[^']*'/g, '');
  for (const name of fieldsIn(said)) mustHaveBeenGone(world, name, marks, 'is dead for');
}

export { checkFieldLetter, mustHaveBeenGone };
