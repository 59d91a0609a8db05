import type { Summary } from '../report/summary.ts';
import { formatCount, hang, plural, printable, type Screen } from './layout.ts';

/** What became of the messages as a whole, why the run ended, and what the reader has to know beside the figures. */
function renderVerdict(summary: Summary, screen: Screen): string {
  const { queued, lost } = summary.messages;
  const first = summary.accounted
    ? complete(summary, screen)
    : screen.paint(lost > 0 ? 'red' : 'yellow', `${screen.unicode ? '✘ ' : ''}${unfinished(queued, lost)}`);
  const problems = summary.problems.map((problem) =>
    screen.paint('red', hang(`! ${printable(problem, 2000)}`, 0, screen.columns)),
  );
  const endings = ending(summary).map((text) => hang(text, 0, screen.columns));
  return [first, ...endings, ...problems].join('\n');
}

/** Accounted for is not delivered: what was not comes first. */
function complete({ messages: { published, delivered, dead } }: Summary, screen: Screen): string {
  const all = published === 1 ? 'The one message is' : `All ${formatCount(published)} messages are`;
  if (published > 0 && delivered === 0 && dead > 0) {
    const what = dead === published ? (dead === 1 ? 'a dead letter' : 'dead letters') : plural(dead, 'dead letter');
    const text = `Nothing was delivered. ${all} accounted for, as ${what}.`;
    return screen.paint('red', hang(`${screen.unicode ? '✘ ' : ''}${text} ${FAIL_HINT}`, 0, screen.columns));
  }
  const split = dead > 0 ? `: ${formatCount(delivered)} delivered, ${plural(dead, 'dead letter')}` : '';
  const text = hang(`${screen.unicode ? '✔ ' : ''}${all} accounted for${split}.`, 0, screen.columns);
  return screen.paint(dead > 0 ? 'yellow' : 'green', text);
}

const FAIL_HINT = 'With --fail-on-dead-letters such a run ends with status 1.';

function unfinished(queued: number, lost: number): string {
  if (lost === 0) return `${plural(queued, 'message')} still on the queue.`;
  const left = queued === 0 ? '' : `, ${formatCount(queued)} still on the queue`;
  return `${plural(lost, 'message')} not accounted for${left}.`;
}

function ending(summary: Summary): readonly string[] {
  switch (summary.end) {
    case 'drained':
      return [];
    case 'interrupted':
      return summary.accounted ? [] : ['Interrupted. The local queue ends with this process.'];
    case 'timeLimit':
      return [timeLimitText(summary)];
    case 'daySpent':
      return [
        `Marketo says that the day's quota is spent (607): no call is made before ${summary.ledger?.stoppedUntil ?? 'the reset'}. The local queue ends with this process.`,
      ];
    case 'cannotStart':
      return ['The delivery function does not start, so nothing was delivered.'];
    case 'credentialsRefused':
      return ['Marketo refuses the credentials, so the line is stopped: check the client id and secret.'];
  }
}

function timeLimitText({ ledger: view }: Summary): string {
  if (view === null || view.circuit === 'closed') return 'The time limit came first: --time-limit gives it more.';
  return `The time limit came first, while the relay was stopped (${view.circuit}) until ${view.stoppedUntil ?? 'later'}.`;
}

export { renderVerdict };
