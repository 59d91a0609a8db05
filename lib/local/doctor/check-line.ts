import type { LedgerStatus } from '../../aws/ledger-status.ts';
import { whyText } from '../status/judge-status.ts';
import { type Finding, type Known, notChecked, ok, warning, wrong } from './finding.ts';
import { remedyOf } from './stop-remedies.ts';

/** What stops calls, by the ledger: of the whole line, and of single operations. */
function checkLine(ledger: Known<LedgerStatus | undefined>, nowMs: number): readonly Finding[] {
  if (!ledger.ok) return [notChecked('the ledger could not be read, see "table"')];
  const { value: status } = ledger;
  if (status === undefined) return [ok('running: no call was made yet')];
  const findings = [...lineFindings(status, nowMs), ...operationFindings(status)];
  return findings.length > 0 ? findings : [ok('running: nothing is stopped')];
}

function lineFindings({ lineStop, daySpentUntilMs, leftToday, dayResetsAtMs }: LedgerStatus, nowMs: number): Finding[] {
  const stops: (readonly [reason: string, untilMs: number, said: string])[] = [
    ...(lineStop === undefined ? [] : [[lineStop.reason, lineStop.untilMs, whyText(lineStop.reason)] as const]),
    ...(daySpentUntilMs === undefined ? [] : [['daySpent', daySpentUntilMs, whyText('daySpent')] as const]),
    ...(daySpentUntilMs === undefined && leftToday === 0 && dayResetsAtMs > nowMs
      ? [['daySpent', dayResetsAtMs, 'the calls that dailyQuota allows are used up'] as const]
      : []),
  ];
  return stops.map(([reason, untilMs, said]) => {
    const until = `until ${new Date(untilMs).toISOString()}, when it is tried again`;
    const when = nowMs < untilMs ? until : 'until the call that is due now works';
    return wrong(`nothing is delivered ${when}: ${said}`, remedyOf(reason));
  });
}

function operationFindings({ pausedOperations }: LedgerStatus): Finding[] {
  return pausedOperations
    .filter(({ reason }) => reason !== 'accessDenied')
    .map(({ operation, reason, untilMs }) =>
      warning(
        `${operation} is paused until ${new Date(untilMs).toISOString()}: ${whyText(reason)}; all others go on`,
        reason === 'quotaSpent'
          ? 'wait for the reset, or publish less of it'
          : "wait; if it alone fails for hours, ask Marketo's support with a requestId from the log",
      ),
    );
}

export { checkLine };
