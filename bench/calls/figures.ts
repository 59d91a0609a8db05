import type { Leads } from '../../lib/fake-marketo/database/leads.ts';
import type { DeliveryRun } from './delivery.ts';
import { BAD_KINDS, type BadKind, failsWholeCall, type Publication } from './publications.ts';

const RECORDS_IN_A_CALL = 300;

interface Figures {
  readonly messages: number;
  readonly bad: number;
  readonly calls: number;
  /** Calls that carry messages for the first time, and the fewest that could. */
  readonly shared: { readonly calls: number; readonly fewest: number; readonly ratio: number };
  /** Calls that part a failed one, and the most that may: the sum of `2 b (1 + log2(n / b))` over the calls that failed. */
  readonly isolating: {
    readonly calls: number;
    readonly most: number;
    readonly culprits: number;
    readonly failed: number;
  };
  readonly recordsACall: number;
  readonly delivered: number;
  readonly letters: Readonly<Record<BadKind, number>>;
  readonly returned: number;
  /** Empty when every promise is kept. */
  readonly broken: readonly string[];
}

/** Compares what was published with what Marketo holds, what the letters say, and what was sent. */
function figuresOf(published: readonly Publication[], run: DeliveryRun, leads: Leads): Figures {
  const broken: string[] = [];
  const byEmail = new Map(published.map((one) => [one.email, one]));
  const letters = lettersByKind(byEmail, run, broken);
  let delivered = 0;
  for (const { email, kind } of published) {
    const writes = leads.byEmail(email).reduce((sum, lead) => sum + lead.writes, 0);
    delivered += writes > 0 ? 1 : 0;
    if (writes !== (kind === undefined ? 1 : 0)) broken.push(`${email} was written ${writes} times`);
  }
  const bad = published.filter(({ kind }) => kind !== undefined).length;
  if (run.letters.length !== bad) broken.push(`${run.letters.length} letters for ${bad} bad records`);
  if (run.unsettled > 0) broken.push(`${run.unsettled} messages unsettled`);

  const { shared, isolating, records } = countCalls(byEmail, run);
  const fewest = Math.ceil(published.length / RECORDS_IN_A_CALL);
  const ratio = shared / fewest;
  if (isolating.calls > isolating.most) broken.push(`${isolating.calls} calls to isolate, at most ${isolating.most}`);
  return {
    messages: published.length,
    bad,
    calls: run.calls.length,
    shared: { calls: shared, fewest, ratio },
    isolating,
    recordsACall: records / run.calls.length,
    delivered,
    letters,
    returned: run.returned,
    broken,
  };
}

function lettersByKind(
  byEmail: ReadonlyMap<string, Publication>,
  run: DeliveryRun,
  broken: string[],
): Record<BadKind, number> {
  const counts = Object.fromEntries(Object.keys(BAD_KINDS).map((kind) => [kind, 0])) as Record<BadKind, number>;
  const seen = new Set<string>();
  for (const { message, failure } of run.letters) {
    const { input } = (message.body as unknown as { body: { input: readonly { email: string }[] } }).body;
    const [{ email } = { email: '' }] = input;
    const kind = byEmail.get(email)?.kind;
    if (kind === undefined) broken.push(`an innocent is dead: ${email}`);
    else counts[kind] += 1;
    if (seen.has(email)) broken.push(`two letters for ${email}`);
    seen.add(email);
    // Where the relay itself says so, it is the same fault.
    const code = failure.code === 'unknownField' ? '1006' : failure.code;
    if (kind !== undefined && code !== BAD_KINDS[kind].code) broken.push(`${email} is dead for ${failure.code}`);
  }
  return counts;
}

function countCalls(byEmail: ReadonlyMap<string, Publication>, { calls }: DeliveryRun) {
  const seen = new Set<string>();
  let shared = 0;
  let most = 0;
  let culprits = 0;
  let failed = 0;
  for (const emails of calls) {
    if (emails.some((email) => seen.has(email))) continue;
    for (const email of emails) seen.add(email);
    shared += 1;
    const bad = emails.filter((email) => failsWholeCall(byEmail.get(email) as Publication)).length;
    if (bad === 0) continue;
    failed += 1;
    culprits += bad;
    most += Math.floor(2 * bad * (1 + Math.log2(emails.length / bad)));
  }
  const records = calls.reduce((sum, emails) => sum + emails.length, 0);
  return { shared, records, isolating: { calls: calls.length - shared, most, culprits, failed } };
}

export type { Figures };
export { figuresOf };
