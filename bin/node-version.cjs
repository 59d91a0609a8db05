'use strict';

/** The first versions that run TypeScript as it is: 22.18, and 23.6. */
const LEAST = { 22: 18, 23: 6 };

/** Says on stderr which Node is needed, and sets the exit status, where this one is too old. */
exports.isNewEnough = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 23 || minor >= (LEAST[major] ?? Number.POSITIVE_INFINITY)) return true;
  process.stderr.write(
    `marketo-relay needs Node 22.18 or newer, and this is ${process.versions.node} (${process.execPath}). ` +
      'npm scripts find the right one: npm start -- --help, npm run relay -- --help\n',
  );
  process.exitCode = 1;
  return false;
};
