/** Thrown when a relay cannot be built from what was given; lists every problem with its value and remedy. */
class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(title: string, problems: readonly string[]) {
    super([`${title}:`, ...problems.map((problem) => `- ${problem}.`)].join('\n'));
    this.problems = problems;
  }
}

export { ConfigurationError };
