/**
 * What a rule does to a call.
 *
 * - `code`: a failure with any code. `response`: in `errors`, HTTP 200. `http`: as the HTTP status, with a page of HTML.
 *   `record`: that record is left out of the operation and answered with the code, the others run. Which one: the
 *   `position`; else all whose JSON holds the rule's `bodyIncludes`; else the first.
 * - `html`, `empty`, `notJson`: a reply of that kind, `notJson` and `empty` with status 200 unless told otherwise.
 * - `cutBody`: the whole length is announced and half is sent, then the connection ends.
 * - `reset`: the connection is reset, before or after the operation ran.
 * - `hang`: no reply until the client leaves. The slot is held until then, and at least for `holdsSlotMs`.
 * - `wrongResultCount`: the operation runs; `result` is `by` entries longer (or shorter, when negative).
 * - `redirect`: 302 to `location`.
 * - `latency`: adds to the call's latency; a further rule, or the operation, gives the reply.
 * - `expireToken`: every token expires when this call arrives, which therefore gets 602. `bodyIncludes` is not looked at.
 * - `identity`: only for identity calls: `expiresIn` gives that figure with a good token, `refusedToken` the same token
 *   each time that no API call accepts. The other kinds work for identity too, on rules with `target: 'identity'`.
 */
type FaultEffect =
  | {
      readonly kind: 'code';
      readonly code: string | number;
      readonly level: 'response' | 'record' | 'http';
      readonly message?: string;
      readonly position?: number;
      /** Whether the operation runs all the same. Default false. Response and HTTP level. */
      readonly executed?: boolean;
      /** Codes as JSON numbers instead of strings. */
      readonly numeric?: boolean;
    }
  | { readonly kind: 'html'; readonly status?: number; readonly executed?: boolean }
  | { readonly kind: 'empty'; readonly status?: number; readonly executed?: boolean }
  | { readonly kind: 'notJson'; readonly status?: number; readonly executed?: boolean }
  | { readonly kind: 'cutBody' }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'hang'; readonly executed: boolean; readonly holdsSlotMs?: number }
  | { readonly kind: 'wrongResultCount'; readonly by: number }
  | { readonly kind: 'redirect'; readonly location?: string }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'expireToken' }
  | { readonly kind: 'identity'; readonly expiresIn: number }
  | { readonly kind: 'identity'; readonly refusedToken: true };

interface FaultRule {
  readonly gives: FaultEffect;
  /** Which calls are meant. Default `api`, and `identity` for an effect of that kind. */
  readonly target?: 'api' | 'identity';
  /** As sent, before `_method`. */
  readonly method?: string;
  /** A whole path, or a pattern for it; without the query. */
  readonly path?: string | RegExp;
  readonly bodyIncludes?: string;
  /** Matching calls that are let through first. Default 0. */
  readonly after?: number;
  /** Calls that are hit before the rule is spent. Default: no end. */
  readonly times?: number;
  /** Of each matching call, drawn from the seed. Default 1. */
  readonly probability?: number;
}

interface FaultSubject {
  readonly target: 'api' | 'identity';
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A rule with its effect of one kind. */
interface Hit {
  readonly rule: FaultRule;
  readonly effect: FaultEffect;
}

/** What becomes of one call: the first rule that gives a reply, and all the latency before it. */
interface Verdict {
  readonly hit: Hit | undefined;
  readonly extraLatencyMs: number;
}

class Faults {
  readonly #random: () => number;
  #rules: { readonly rule: FaultRule; matched: number; hits: number }[] = [];

  constructor(rules: readonly FaultRule[], random: () => number) {
    this.#random = random;
    this.set(rules);
  }

  set(rules: readonly FaultRule[]): void {
    this.#rules = [];
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, matched: 0, hits: 0 });
  }

  /** Whether the tokens expire with the arrival of this call, before anything of it is looked at. */
  expiresToken(subject: FaultSubject): boolean {
    return this.#first(subject, ({ gives }) => gives.kind === 'expireToken') !== undefined;
  }

  pick(subject: FaultSubject): Verdict {
    if (this.#rules.length === 0) return { hit: undefined, extraLatencyMs: 0 };
    let extraLatencyMs = 0;
    for (const entry of this.#rules) {
      const { gives } = entry.rule;
      if (gives.kind === 'latency' && this.#strikes(entry, subject)) extraLatencyMs += gives.ms;
    }
    const rule = this.#first(subject, ({ gives }) => gives.kind !== 'latency' && gives.kind !== 'expireToken');
    return { hit: rule && { rule, effect: rule.gives }, extraLatencyMs };
  }

  #first(subject: FaultSubject, wanted: (rule: FaultRule) => boolean): FaultRule | undefined {
    return this.#rules.find((entry) => wanted(entry.rule) && this.#strikes(entry, subject))?.rule;
  }

  #strikes(entry: { readonly rule: FaultRule; matched: number; hits: number }, subject: FaultSubject): boolean {
    const { rule } = entry;
    if (entry.hits >= (rule.times ?? Number.POSITIVE_INFINITY) || !matches(rule, subject)) return false;
    entry.matched += 1;
    if (entry.matched <= (rule.after ?? 0)) return false;
    if (rule.probability !== undefined && this.#random() >= rule.probability) return false;
    entry.hits += 1;
    return true;
  }
}

function matches(rule: FaultRule, { target, method, path, body }: FaultSubject): boolean {
  if ((rule.target ?? (rule.gives.kind === 'identity' ? 'identity' : 'api')) !== target) return false;
  if (rule.method !== undefined && rule.method !== method) return false;
  if (typeof rule.path === 'string' && rule.path !== path) return false;
  if (rule.path instanceof RegExp && path.search(rule.path) < 0) return false;
  return rule.bodyIncludes === undefined || rule.gives.kind === 'expireToken' || body.includes(rule.bodyIncludes);
}

export type { FaultEffect, FaultRule, FaultSubject, Hit };
export { Faults };
