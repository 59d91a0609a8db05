/** One thing to send, and what it must keep its order with. */
interface Ordered {
  readonly keys: readonly string[];
}

/**
 * Takes the next batch off a list in order: never two with a key in common, so that one that is refused never falls behind
 * one that came after it. What is passed over stays in front.
 *
 * @returns the batch and what is left, both in order.
 */
function nextBatch<T extends Ordered>(
  waiting: readonly T[],
  most: number,
): { readonly batch: readonly T[]; readonly left: readonly T[] } {
  const batch: T[] = [];
  const passed: T[] = [];
  const busy = new Set<string>();
  let index = 0;
  for (; index < waiting.length && batch.length < most && passed.length < MAX_PASSED; index += 1) {
    const one = waiting[index];
    if (one === undefined) break;
    const isHeld = one.keys.some((key) => busy.has(key));
    for (const key of one.keys) busy.add(key);
    (isHeld ? passed : batch).push(one);
  }
  return { batch, left: [...passed, ...waiting.slice(index)] };
}

/** Looking further for a batch that is full would cost more than a batch that is not. */
const MAX_PASSED = 200;

/** A tenth of the rate at first, all of it after this long: a mistake shows itself before all letters are out. */
const RAMP_SECONDS = 10;
const FIRST_SHARE = 0.1;

/**
 * How long after the start the next message may go.
 *
 * @param sent - messages so far
 * @param ratePerSecond - of the full speed
 */
function dueAfterMs(sent: number, ratePerSecond: number): number {
  // Sent by second t of the ramp: rate * (f t + (1 - f) t² / 2R).
  const slope = (1 - FIRST_SHARE) / (2 * RAMP_SECONDS);
  const perSecond = sent / ratePerSecond;
  const inRamp = (-FIRST_SHARE + Math.sqrt(FIRST_SHARE ** 2 + 4 * slope * perSecond)) / (2 * slope);
  if (inRamp <= RAMP_SECONDS) return inRamp * 1_000;
  const sentInRamp = FIRST_SHARE * RAMP_SECONDS + slope * RAMP_SECONDS ** 2;
  return (RAMP_SECONDS + perSecond - sentInRamp) * 1_000;
}

export type { Ordered };
export { dueAfterMs, nextBatch, RAMP_SECONDS };
