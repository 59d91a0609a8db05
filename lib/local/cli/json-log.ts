import type { Log } from '../../ports.ts';

/** A log of JSON lines, each one handed to `write` without its line end. */
function createJsonLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}): void =>
      write(toLine({ time: new Date().toISOString(), level, message, fields }));
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}

function toLine(entry: Record<string, unknown>): string {
  try {
    return JSON.stringify(entry, (_, value) => (value instanceof Error ? describe(value) : value));
  } catch {
    // A log line that cannot be written must not bring the function down.
    return JSON.stringify({ time: entry.time, level: entry.level, message: entry.message, fields: 'not JSON' });
  }
}

function describe(error: Error): { name: string; message: string; stack: string | undefined } {
  return { name: error.name, message: error.message, stack: error.stack };
}

const SILENT_LOG: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export { createJsonLog, SILENT_LOG };
