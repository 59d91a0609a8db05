/** What happened in a run, counted. */
interface Tally {
  calls: number;
  identityCalls: number;
  executions: number;
  invocations: number;
  letters: number;
  copies: number;
  tableRequests: number;
  /** The most that Marketo's identity service was asked in a minute. */
  busiestIdentityMinute: number;
  /** How often each fault struck. */
  readonly faults: Map<string, number>;
}

export type { Tally };
