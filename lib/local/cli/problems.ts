import { printable } from './layout.ts';
import type { ProgressOutput } from './progress.ts';

interface Problems {
  add(problem: string): void;
  /** An execution environment could not be started, and would not be the next time. */
  startFailed(): void;
  cannotStart(): boolean;
  list(): readonly string[];
}

const MAX_PROBLEMS = 5;

/** What went wrong around the deliveries: each once, shown when it comes up and again in the summary. */
function createProblems(output: ProgressOutput): Problems {
  const seen = new Set<string>();
  let failed = false;
  return {
    add: (problem) => {
      if (seen.has(problem) || seen.size >= MAX_PROBLEMS) return;
      seen.add(problem);
      output.note(printable(problem, 2000));
    },
    startFailed: () => {
      failed = true;
    },
    cannotStart: () => failed,
    list: () => [...seen],
  };
}

export type { Problems };
export { createProblems };
