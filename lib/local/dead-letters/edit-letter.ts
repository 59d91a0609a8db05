import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { originalBodyOf } from '../../dead-letter/triage/original.ts';
import { layOut } from '../../message/json-tree.ts';
import type { CliIo } from '../io.ts';
import { failed } from '../verb-failure.ts';
import type { Candidate } from './plan-resends.ts';
import type { Spool } from './spool.ts';

type Edited = { readonly kind: 'edited'; readonly body: string } | { readonly kind: 'unchanged' };

/** Opens the message of a letter in the user's editor. @throws {VerbFailure} when the editor fails. */
async function editLetter(io: CliIo, spool: Spool, { facts, place }: Candidate): Promise<Edited> {
  const { letter, whole } = await spool.read(place);
  const body = facts.source === 'sqs' ? letter.body : originalBodyOf(whole ?? letter.body);
  const shown = `${layOut(body, 2)}\n`;
  // Of this user only: mkdtemp makes it 0700.
  const folder = await mkdtemp(join(tmpdir(), 'marketo-relay-edit-'));
  try {
    const path = join(folder, 'message.json');
    await writeFile(path, shown, { mode: 0o600 });
    const command = [io.env.VISUAL, io.env.EDITOR].find((name) => (name ?? '').trim() !== '') ?? 'vi';
    const status = await io.edit(command, path);
    if (status !== 0) throw failed('failed', `the editor (${command}) ended with status ${status}: nothing is sent`);
    const text = await readFile(path, 'utf8');
    return text.trim() === shown.trim() ? { kind: 'unchanged' } : { kind: 'edited', body: layOut(text.trim(), 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export { editLetter };
