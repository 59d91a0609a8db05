/** The problems of an invalid message: where, and what was expected. */
interface MessageProblem {
  /** `body.input[3]`, or empty for the whole. */
  readonly path: string;
  readonly expected: string;
}

export type { MessageProblem };
