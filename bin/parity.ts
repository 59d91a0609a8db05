#!/usr/bin/env node
// No types here, and CommonJS: so far even a Node comes that can read neither TypeScript nor this package.
if (require('./node-version.cjs').isNewEnough()) {
  void import('../lib/local/parity/start.ts').then(({ start }) => start());
}
