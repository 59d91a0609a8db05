import type { LedgerStatus } from '../../aws/ledger-status.ts';
import type { LedgerLimits } from '../../ledger/limits.ts';
import { DAY_PROBE_EVERY_MS } from '../../ledger/policy.ts';
import { MAX_CONCURRENT_CALLS, RATE_LIMIT_CALLS, RATE_LIMIT_WINDOW_SECONDS } from '../../marketo/limits.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { dateIn, type UsageSeen } from './check-usage.ts';
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts';

interface LimitsInput {
  readonly limits: LedgerLimits;
  readonly status: LedgerStatus | undefined;
  /** Or the finding that stands for it. */
  readonly usage: UsageSeen | Finding;
}

/** The relay's limits beside what the subscription was seen to grant: Marketo has no endpoint that tells its limits. */
function checkLimits({ limits, status, usage }: LimitsInput): readonly Finding[] {
  const findings = [
    ...rateFindings(limits),
    ...adaptiveFindings(limits, status),
    ...('verdict' in usage ? [] : quotaFindings(limits, status, usage)),
  ];
  if (findings.length > 0) return findings;
  const seconds = limits.windowMs / 1_000;
  const set = `${plural(limits.windowCalls, 'call')} in ${seconds} s, ${limits.slots} at a time, ${formatCount(limits.dayCalls)} a day`;
  return 'verdict' in usage
    ? [ok(`${set}: within what Marketo grants`), notChecked('the quota beside what was used, see "usage"')]
    : [ok(`${set}: within what Marketo grants and was seen to use`)];
}

function rateFindings({ windowCalls, windowMs, slots }: LedgerLimits): readonly Finding[] {
  const seconds = windowMs / 1_000;
  const most = (RATE_LIMIT_CALLS * windowMs) / (RATE_LIMIT_WINDOW_SECONDS * 1_000);
  return [
    ...(windowMs < RATE_LIMIT_WINDOW_SECONDS * 1_000 && windowCalls > 0
      ? [
          warning(
            `rateLimitWindowSeconds is ${seconds}, and Marketo counts over ${RATE_LIMIT_WINDOW_SECONDS} s: calls that end in one window count in the next`,
            `deploy with ${RATE_LIMIT_WINDOW_SECONDS}`,
          ),
        ]
      : []),
    ...(windowCalls > most
      ? [
          warning(
            `rateLimitCalls is ${windowCalls} in ${seconds} s, and Marketo grants ${RATE_LIMIT_CALLS} in ${RATE_LIMIT_WINDOW_SECONDS} s to all integrations together: more is answered with 606`,
            `deploy with ${Math.floor(most)} or less, unless Marketo has granted this subscription more`,
          ),
        ]
      : []),
    ...(slots > MAX_CONCURRENT_CALLS
      ? [
          warning(
            `maxConcurrentCalls is ${slots}, and Marketo grants ${MAX_CONCURRENT_CALLS} to all integrations together: more is answered with 615`,
            `deploy with ${MAX_CONCURRENT_CALLS} or less, unless Marketo has granted this subscription more`,
          ),
        ]
      : []),
  ];
}

/** A 606 or 615 that came although the relay kept its limits: others use the rest, and the relay has slowed down. */
function adaptiveFindings(limits: LedgerLimits, status: LedgerStatus | undefined): readonly Finding[] {
  const remedy = '"usage" says who else calls; a lower limit of the relay leaves them room without refusals';
  const { windowLimit = limits.windowCalls, slotLimit = limits.slots } = status ?? {};
  return [
    ...(windowLimit < limits.windowCalls
      ? [
          warning(
            `others fill the rate limit (606): the relay makes ${windowLimit} of ${limits.windowCalls} calls in its window`,
            remedy,
          ),
        ]
      : []),
    ...(slotLimit < limits.slots
      ? [
          warning(
            `others fill the concurrency limit (615): the relay makes ${slotLimit} of ${limits.slots} calls at a time`,
            remedy,
          ),
        ]
      : []),
  ];
}

function quotaFindings(limits: LedgerLimits, status: LedgerStatus | undefined, usage: UsageSeen): readonly Finding[] {
  const { today, days } = usage;
  const quota = formatCount(limits.dayCalls);
  const beyond = days.filter(({ total }) => total > limits.dayCalls)[0];
  const left = limits.dayCalls - today.total;
  return [
    ...(isSpentToday(limits, status, today.date) && today.total < limits.dayCalls * 0.95
      ? [
          wrong(
            `Marketo says that the day is spent (607) at ${plural(today.total, 'call')}, and dailyQuota is ${quota}: the subscription has less`,
            "deploy with the quota that Marketo's Admin > Web Services shows",
          ),
        ]
      : []),
    ...(beyond !== undefined
      ? [
          warning(
            `Marketo counted ${plural(beyond.total, 'call')} on ${beyond.date}, and dailyQuota is ${quota}: the subscription has more than the relay uses`,
            "deploy with the quota that Marketo's Admin > Web Services shows",
          ),
        ]
      : []),
    ...(beyond?.date !== today.date && left < limits.dayCalls / 10
      ? [
          warning(
            `${formatCount(Math.max(0, left))} of ${quota} calls are left today for all integrations`,
            'postpone what can wait, or ask Marketo for more',
          ),
        ]
      : []),
  ];
}

/** Whether a 607 came since the day began: the stop of one lasts until it is tried again, half an hour later at most. */
function isSpentToday(limits: LedgerLimits, status: LedgerStatus | undefined, today: string): boolean {
  const { daySpentUntilMs } = status ?? {};
  if (daySpentUntilMs === undefined) return false;
  return dateIn(limits.quotaTimeZone, daySpentUntilMs - limits.clockSkewMs - DAY_PROBE_EVERY_MS) === today;
}

export { checkLimits };
