#!/usr/bin/env node
import { main } from '../lib/local/parity/main.ts';

// A reader that leaves early (`| head`) must not change how the run ends.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
});
