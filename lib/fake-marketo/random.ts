/** Mulberry32: a small generator whose whole state is one seed, so that a run can be repeated. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hexDigits(random: () => number, count: number): string {
  let digits = '';
  while (digits.length < count) digits += Math.floor(random() * 16).toString(16);
  return digits;
}

export { hexDigits, seededRandom };
