import { BUDGETS } from '../budgets.ts';
import { SCENARIOS } from '../scenarios.ts';
import { faultsOf } from './check.ts';
import { type Command, readCommand, renderHelp } from './command-line.ts';
import { installPackages } from './packages.ts';
import { publish, publishSummary } from './publish.ts';
import { loadRecordings, record, recordedFigures } from './record.ts';
import { renderReport } from './render.ts';
import type { Report } from './types.ts';

/** @returns the exit status: 1 for a figure beyond its budget or a broken promise, 2 for wrong arguments. */
async function runBench(argv: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = readCommand(argv, SCENARIOS);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${renderHelp(SCENARIOS)}\n`);
    return 2;
  }
  if (command.help) {
    process.stdout.write(`${renderHelp(SCENARIOS)}\n`);
    return 0;
  }
  if (command.write || command.scenarios.some(({ scenario }) => scenario.needsPackages)) installPackages();
  const recorded = recordedFigures(loadRecordings());
  const reports: Record<string, Report> = {};
  const faults: string[] = [];
  for (const { scenario, options } of command.scenarios) {
    const startedMs = performance.now();
    const report = await scenario.run(options);
    reports[scenario.name] = report;
    const seconds = (performance.now() - startedMs) / 1_000;
    if (!command.json) process.stdout.write(`${renderReport(scenario.name, report, BUDGETS, seconds)}\n\n`);
    if (command.check) faults.push(...faultsOf(scenario.name, report, BUDGETS, recorded));
    else faults.push(...report.broken.map((line) => `${scenario.name}: ${line}`));
    if (command.write) publish(record(scenario.name, report, new Date()));
  }
  if (command.write) publishSummary();
  if (command.json) process.stdout.write(`${JSON.stringify({ reports, faults })}\n`);
  for (const fault of faults) process.stderr.write(`FAILED: ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}

export { runBench };
