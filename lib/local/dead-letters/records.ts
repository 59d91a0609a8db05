import { appendFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CliIo } from '../io.ts';
import { printableJson } from '../print.ts';
import { DEFAULT_STATE_FOLDER } from '../target/target.ts';

/** What is kept of everything that changes a relay or takes letters off its queue. */
type AuditLine = { readonly relay: string } & (
  | {
      readonly verb: 'resend' | 'drop';
      /** A line before anything is taken, and one after: a crash between them leaves the first. */
      readonly event: 'started' | 'ended';
      readonly filter: string;
      readonly edits: readonly string[];
      readonly backup: string;
      readonly counts: Readonly<Record<string, number>>;
    }
  | { readonly verb: 'pause' | 'resume'; readonly reason: string }
  /** The hash of an address, never the address. */
  | { readonly verb: 'forget'; readonly person: string; readonly found: number }
  | {
      readonly verb: 'load';
      readonly event: 'started' | 'ended';
      readonly file: string;
      /** What the ids of its messages begin with, after `load-`. */
      readonly load: string;
      readonly lane: string;
      readonly counts: Readonly<Record<string, number>>;
    }
);

const AUDIT_NAME = 'audit.ndjson';

function stateFolder(io: CliIo, state: string | undefined): string {
  return resolve(io.folder, state ?? DEFAULT_STATE_FOLDER);
}

/** A name that sorts by time, and that two commands at once do not share. */
function backupPath(io: CliIo, state: string | undefined, verb: 'resend' | 'drop'): string {
  const stamp = new Date(io.clock.nowMs()).toISOString().replace(/[:.]/g, '-');
  return join(stateFolder(io, state), 'backups', `${verb}-${stamp}-${process.pid}.ndjson`);
}

/** @returns where the line is. */
async function appendAudit(io: CliIo, state: string | undefined, line: AuditLine): Promise<string> {
  const folder = stateFolder(io, state);
  const path = join(folder, AUDIT_NAME);
  const at = new Date(io.clock.nowMs()).toISOString();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await appendFile(path, `${printableJson({ at, who: io.who, ...line })}\n`, { mode: 0o600 });
  return path;
}

export type { AuditLine };
export { appendAudit, backupPath };
