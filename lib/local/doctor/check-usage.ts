import type { LedgerStatus } from '../../aws/ledger-status.ts';
import type { LedgerLimits } from '../../ledger/limits.ts';
import type { ParsedReply } from '../../marketo/reply.ts';
import { isObject } from '../../marketo/request.ts';
import type { Secret } from '../../marketo/secret.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { printable } from '../print.ts';
import type { Asked } from './ask-within-limits.ts';
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts';
import { type Refusal, refusalIn } from './reply-text.ts';
import { remedyOf } from './stop-remedies.ts';

interface UserCalls {
  readonly user: string;
  readonly calls: number;
}

interface DayUsage {
  /** As `2027-01-31`, in the zone of Marketo's quota. */
  readonly date: string;
  readonly total: number;
  /** The busiest first. */
  readonly users: readonly UserCalls[];
}

interface UsageSeen {
  /** The last seven, today included, the newest first; days without a call are left out. */
  readonly days: readonly DayUsage[];
  readonly today: DayUsage;
}

/** By user and day (Marketo: usage); one call. */
const USAGE_PATH = '/rest/v1/stats/usage/last7days.json';
const MAX_DAYS = 7;
const MAX_USERS = 1_000;
const MOST_NAMED = 8;
/** Calls of the relay that the ledger could not count: those of a table that was made anew, and of this command. */
const UNCOUNTED = 50;

/**
 * The endpoint needs no permission and gives little (Marketo: usage), so whatever it is not answered for would keep any message
 * back too.
 *
 * @returns the finding that stands for it where Marketo did not tell.
 */
function readUsage(asked: Asked, limits: LedgerLimits, nowMs: number, secrets: readonly Secret[]): UsageSeen | Finding {
  if (asked.kind === 'failed') return asked.finding;
  if (asked.kind === 'notAsked') return notChecked(`Marketo was not asked: ${asked.why}`);
  const refusal = refusalIn(asked.reply, secrets);
  if (refusal !== undefined) return findingForRefusal(refusal);
  const days = daysIn(asked.reply).toSorted((one, other) => (one.date < other.date ? 1 : -1));
  const date = dateIn(limits.quotaTimeZone, nowMs);
  return { days, today: days.find((day) => day.date === date) ?? { date, total: 0, users: [] } };
}

function findingForRefusal({ code, said }: Refusal): Finding {
  const asked = `Marketo answers the usage endpoint with ${said}`;
  switch (code) {
    case '606':
    case '615':
      return warning(asked, 'others use the rest of the limits just now: run it again in a minute');
    case '607':
      return wrong(`${asked}: the day is spent for all integrations`, remedyOf('daySpent'));
    case '600':
    case '601':
    case '602':
      return wrong(`${asked}: identity gives a token that Marketo does not take`, remedyOf('tokenRefused'));
    case '603':
      return wrong(`${asked}, which needs no permission`, remedyOf('accessDenied'));
    default:
      return wrong(asked, remedyOf('transientFailures'));
  }
}

function daysIn(reply: ParsedReply): readonly DayUsage[] {
  const result = reply.kind === 'marketo' ? (reply.result ?? []) : [];
  return result.slice(0, MAX_DAYS).flatMap((day) => {
    if (!isObject(day) || typeof day.total !== 'number' || typeof day.date !== 'string') return [];
    const users = (Array.isArray(day.users) ? day.users : []).slice(0, MAX_USERS).flatMap((entry) => {
      if (!isObject(entry) || typeof entry.userId !== 'string' || typeof entry.count !== 'number') return [];
      return entry.count > 0 ? [{ user: entry.userId, calls: entry.count }] : [];
    });
    return [{ date: day.date, total: day.total, users: users.toSorted((one, other) => other.calls - one.calls) }];
  });
}

function dateIn(timeZone: string, nowMs: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    nowMs,
  );
}

interface UsersInput {
  readonly usage: UsageSeen;
  readonly user: string | undefined;
  readonly status: LedgerStatus | undefined;
  readonly limits: LedgerLimits;
}

/** Who else draws on the quota, and whether somebody shares the API user. */
function checkUsage({ usage, user, status, limits }: UsersInput): readonly Finding[] {
  const { today, days } = usage;
  const isOwn = (one: UserCalls): boolean => one.user.toLowerCase() === user?.toLowerCase();
  const own = today.users.find(isOwn)?.calls ?? 0;
  const counted = status?.usedToday ?? 0;
  const findings: Finding[] = [];
  if (user !== undefined && own > counted + Math.max(UNCOUNTED, counted * 0.1)) {
    findings.push(
      warning(
        `Marketo counts ${plural(own, 'call')} of ${printable(user, 100)} today, and this relay made ${formatCount(counted)}: somebody else uses its API user`,
        'give each integration an API user and a custom service of its own: limits and permissions can be told apart then',
      ),
    );
  }
  const busiest = days
    .map((day) => ({ date: day.date, others: sum(day.users.filter((one) => !isOwn(one))) }))
    .reduce((most, day) => (day.others > most.others ? day : most), { date: today.date, others: 0 });
  if (busiest.others > limits.dayCalls / 2) {
    findings.push(
      warning(
        `other integrations made ${plural(busiest.others, 'call')} on ${busiest.date}, of ${formatCount(limits.dayCalls)} for all: ${usersText(
          days.find(({ date }) => date === busiest.date),
          isOwn,
        )}`,
        'make them call less, ask Marketo for a larger quota, or set dailyQuotaReserve to what they need',
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(`today ${plural(today.total, 'call')}: ${usersText(today, isOwn)}`)];
}

function sum(users: readonly UserCalls[]): number {
  return users.reduce((total, { calls }) => total + calls, 0);
}

function usersText(day: DayUsage | undefined, isOwn: (one: UserCalls) => boolean): string {
  const users = day?.users ?? [];
  const named = users.slice(0, MOST_NAMED).map((one) => {
    return `${printable(one.user, 80)} ${formatCount(one.calls)}${isOwn(one) ? ' (this relay)' : ''}`;
  });
  const rest = users.slice(MOST_NAMED);
  const more = rest.length === 0 ? [] : [`${plural(rest.length, 'other')} ${formatCount(sum(rest))}`];
  return users.length === 0 ? 'nobody yet' : [...named, ...more].join(', ');
}

export type { UsageSeen };
export { checkUsage, dateIn, readUsage, USAGE_PATH };
