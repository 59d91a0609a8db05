import type { Handler, Invocation } from '../emulators/event-source-mapping/event-source-mapping.ts';

/** The runs of the delivery function: how the last one ended, and a switch that ends each of them, to practise. */
interface Runs {
  /** The handler, which dies at once while a crash is rehearsed. */
  endingWhenRehearsed(handler: Handler): Handler;
  note(invocation: Pick<Invocation, 'batchFailure'>): void;
  /** Why the last run failed as a whole. Undefined: it did not, or there was none. */
  lastFailure(): string | undefined;
  readonly crash: CrashSwitch;
}

interface CrashSwitch {
  set(isOn: boolean): void;
  isOn(): boolean;
}

function createRuns(): Runs {
  let isCrashing = false;
  let failure: string | undefined;
  return {
    endingWhenRehearsed: (handler) => async (event, context) => {
      if (isCrashing) throw new Error('a crash, as it was rehearsed');
      return handler(event, context);
    },
    note({ batchFailure }) {
      failure = batchFailure;
    },
    lastFailure: () => failure,
    crash: {
      set(isOn) {
        isCrashing = isOn;
      },
      isOn: () => isCrashing,
    },
  };
}

export type { CrashSwitch, Runs };
export { createRuns };
