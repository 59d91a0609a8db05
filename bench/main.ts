import { runBench } from './frame/run.ts';

/** `npm run bench -- [NAME...] [--check] [--write] [--json]`; `--help` says the rest. */
process.exitCode = await runBench(process.argv.slice(2));
