import type { JudgedReply } from '../call/read-reply.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';

/**
 * What a call leaves to be done, as far as its reply tells: more than goes back, since some of it is made again at once, or
 * is dead after all. Nothing in the good case.
 */
function unfinishedItems(call: Call, reply: JudgedReply | undefined): readonly WorkItem[] {
  const { items } = call;
  if (reply === undefined) return items;
  const { judgement } = reply;
  if (judgement.kind === 'each') return items.filter((_, index) => !isEnd(judgement.verdicts[index]));
  const isAlone = messagesOf(items).length === 1;
  const { kind } = judgement.verdict.rule;
  return kind === 'delivered' || (kind === 'reject' && isAlone) ? [] : items;
}

function isEnd(verdict: Verdict | undefined): boolean {
  return verdict?.rule.kind === 'delivered' || verdict?.rule.kind === 'reject';
}

export { unfinishedItems };
