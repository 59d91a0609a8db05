import type { Log } from '../../../ports.ts';
import { type CliIo, note } from '../../io.ts';
import { printable } from '../../print.ts';

/** Warnings of the adapters as lines for the reader. */
function quietLog(io: CliIo): Log {
  const tell = (message: string, fields: Record<string, unknown> = {}): void => {
    const detail = typeof fields.error === 'string' ? `: ${printable(fields.error, 300)}` : '';
    note(io, `${message}${detail}`);
  };
  return { debug: () => {}, info: () => {}, warn: tell, error: tell };
}

export { quietLog };
