/**
 * How often a property is tried. `npm test` takes a fifth of the cases, `npm run test:long` all of them, in the files that ask here;
 * their seeds are fixed, so that the fifth is the beginning of the whole.
 */
function runsOf(all: number): number {
  return process.env.LONG_TESTS === '1' ? all : Math.ceil(all / 5);
}

export { runsOf };
