import type { Command } from 'commander';
import type { CliIo } from '../../io.ts';
import { registerDrop } from './drop.ts';
import { registerExport } from './export.ts';
import { registerList } from './list.ts';
import { registerResend } from './resend.ts';
import { registerShow } from './show.ts';

function registerDeadLetters(program: Command, io: CliIo): void {
  const deadLetters = program
    .command('dead-letters')
    .alias('letters')
    .description('What could not be delivered: look at it, mend it, send it again.');
  registerList(deadLetters, io);
  registerShow(deadLetters, io);
  registerExport(deadLetters, io);
  registerResend(deadLetters, io);
  registerDrop(deadLetters, io);
}

export { registerDeadLetters };
