import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeMarketo } from '../../fake-marketo/server.ts';
import { createTransport } from '../../marketo/http-client.ts';
import { Secret } from '../../marketo/secret.ts';
import { HELP, type ParityArguments, readArguments } from './arguments.ts';
import { PROBES } from './probes.ts';
import { renderReport } from './report.ts';
import { type Parity, runParity } from './run.ts';

interface Terminal {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Between two calls. @default in real time */
  readonly sleep?: (durationMs: number) => Promise<void>;
}

const STATUS = { same: 0, differs: 1, wrongUse: 2 } as const;

/** The command line of `npm run parity`: gives the exit status. */
async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const read = readArguments(argv, terminal.env);
  if (read.kind === 'help') {
    terminal.stdout.write(`${HELP}\n`);
    return STATUS.same;
  }
  if (read.kind === 'wrong') return refuse(terminal, [...read.problems, 'See: npm run parity -- --help']);
  const parity = await compare(read.options, terminal);
  if (parity.kind === 'refused') return refuse(terminal, [parity.detail]);
  const report = `${renderReport(parity.result)}\n`;
  const { outPath } = read.options;
  if (outPath === undefined) terminal.stdout.write(report);
  else {
    const problem = await write(outPath, report);
    if (problem !== undefined) return refuse(terminal, [problem]);
  }
  const isFine = parity.result.stopped === undefined;
  const kinds = parity.result.rows.map(({ verdict }) => verdict.kind);
  return isFine && !kinds.includes('differs') && !kinds.includes('noReply') ? STATUS.same : STATUS.differs;
}

async function compare(options: ParityArguments, terminal: Terminal): Promise<Parity> {
  const fake = await startFakeMarketo();
  const transport = createTransport();
  try {
    return await runParity({
      theirs: options.subscription,
      fake: { baseUrl: fake.url, clientId: fake.clientId, clientSecret: new Secret(fake.clientSecret) },
      probes: PROBES,
      budget: options.budget,
      readOnly: options.readOnly,
      transport,
      sleep: terminal.sleep ?? ((durationMs) => sleep(durationMs)),
      onRow: ({ rule, verdict }) => terminal.stderr.write(`${verdict.kind.padEnd(8)} ${rule}\n`),
    });
  } finally {
    transport.close();
    await fake.stop();
  }
}

async function write(path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(path, text);
    return undefined;
  } catch (error) {
    return `the report cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function refuse(terminal: Terminal, problems: readonly string[]): number {
  for (const problem of problems) terminal.stderr.write(`${problem}\n`);
  return STATUS.wrongUse;
}

export type { Terminal };
export { main };
