// One execution environment: imports a bundle and hands it its first event, and tells how much of the processor each took.
import { pathToFileURL } from 'node:url';

const elapsed = (from) => {
  const { user, system } = process.cpuUsage(from.cpu);
  return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - from.atMs };
};
const mark = () => ({ cpu: process.cpuUsage(), atMs: performance.now() });

const beforeImport = mark();
const { handler } = await import(pathToFileURL(process.argv[2]).href);
const imported = elapsed(beforeImport);

process.once('message', async (event) => {
  const beforeFirst = mark();
  const context = {
    awsRequestId: 'first',
    functionName: 'bench',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => 420_000,
  };
  const { batchItemFailures } = await handler(event, context);
  process.send({ imported, first: elapsed(beforeFirst), failed: batchItemFailures.length });
});
process.send({ ready: true });
