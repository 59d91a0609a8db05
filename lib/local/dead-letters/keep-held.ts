import type { LetterHold } from '../../aws/hold-letters.ts';
import type { Clock } from '../../ports.ts';

/** How long a letter stays hidden if this process dies; while it lives, it says again in time that it still has them. */
const HOLD_SECONDS = 300;
const AGAIN_AFTER_MS = 100_000;

/** @returns what ends it. */
function keepHeld(hold: LetterHold, clock: Clock): () => void {
  let isOn = true;
  async function sayAgain(): Promise<void> {
    for (;;) {
      await clock.sleep(AGAIN_AFTER_MS);
      if (!isOn) return;
      // What cannot be extended comes back on the queue: its copy is then refused by the receipt at the removal, and told.
      await hold.extend(HOLD_SECONDS).catch(() => {});
    }
  }
  void sayAgain();
  return () => {
    isOn = false;
  };
}

export { HOLD_SECONDS, keepHeld };
