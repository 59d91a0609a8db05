// Plays the part of Lambda's runtime: imports the bundle as Node itself does, and hands each event to its handler.
// It is copied beside the bundle, away from the repository, so that neither can see a package that Lambda does not have.
import { pathToFileURL } from 'node:url';

const { handler } = await import(pathToFileURL(process.argv[2]).href);

process.on('message', async ({ id, event, timeoutMs }) => {
  const deadlineMs = Date.now() + timeoutMs;
  const context = {
    awsRequestId: `request-${id}`,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${process.env.AWS_LAMBDA_FUNCTION_NAME}`,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  const answer = await handler(event, context).then(
    (result) => ({ id, result }),
    (error) => ({ id, error: String(error?.stack ?? error) }),
  );
  answer.leftMs = context.getRemainingTimeInMillis();
  // After all that the handler wrote: whoever reads up to here has read everything.
  for (const stream of [process.stdout, process.stderr]) {
    stream.write(`${JSON.stringify({ type: 'platform.runtimeDone', requestId: context.awsRequestId })}\n`);
  }
  process.send(answer);
});
process.send({ ready: true });
