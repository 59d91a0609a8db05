// Loaded into a worker before its function: reading a body with a mark in it as JSON ends the worker, in the way that the
// mark names. Events come over the channel to the parent process, which does not come by here.
const { parse } = JSON;

JSON.parse = (text, reviver) => {
  const [, way] = /ends-its-worker-by-(\w+)/.exec(text) ?? [];
  if (way === 'exit') process.exit(1);
  if (way === 'loop') for (;;);
  if (way === 'memory') for (const held = []; ; ) held.push(new Array(100_000).fill({}));
  return parse(text, reviver);
};
