/** Days that the usage endpoints answer for (Marketo: usage, last7days), today included. */
const KEPT_DAYS = 7;
/** No zone changes its date but at a quarter of an hour, so a date is computed once for each. */
const QUARTER_HOUR_MS = 900_000;

interface DayUsage {
  /** YYYY-MM-DD in the quota's zone. */
  readonly date: string;
  total: number;
  readonly users: Map<string, number>;
  readonly errors: Map<string, number>;
}

/** What each user called and which codes were given, by day of the quota's time zone. */
class Usage {
  readonly #format: Intl.DateTimeFormat;
  readonly #days: DayUsage[] = [];
  #quarter = Number.NaN;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** The day that holds `nowMs`; asked for with times that do not decrease. */
  day(nowMs: number): DayUsage {
    const quarter = Math.floor(nowMs / QUARTER_HOUR_MS);
    const newest = this.#days[0];
    if (newest !== undefined && quarter === this.#quarter) return newest;
    this.#quarter = quarter;
    const date = this.#format.format(nowMs);
    if (newest?.date === date) return newest;
    const today: DayUsage = { date, total: 0, users: new Map(), errors: new Map() };
    this.#days.unshift(today);
    this.#days.length = Math.min(this.#days.length, KEPT_DAYS);
    return today;
  }

  /** Newest first; days without a call are left out. */
  days(nowMs: number): readonly DayUsage[] {
    this.day(nowMs);
    return this.#days;
  }

  count(day: DayUsage, userId: string, calls: number): void {
    day.total += calls;
    day.users.set(userId, (day.users.get(userId) ?? 0) + calls);
  }

  countError(nowMs: number, code: string): void {
    const { errors } = this.day(nowMs);
    errors.set(code, (errors.get(code) ?? 0) + 1);
  }
}

export type { DayUsage };
export { Usage };
