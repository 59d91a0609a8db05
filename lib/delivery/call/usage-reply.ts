import type { ParsedReply } from '../../marketo/reply.ts';
import { isObject } from '../../marketo/request.ts';

/**
 * `result: [{ date, total, users: [{ userId, count }] }]` (Marketo: usage). Without the name of this relay's user, what
 * the ledger has counted stands for its share: no number can be larger.
 */
function usageIn(
  reply: ParsedReply,
  user: string | undefined,
): { readonly totalToday: number; readonly ownToday: number } | undefined {
  const today = reply.kind === 'marketo' && reply.success ? reply.result?.[0] : undefined;
  if (!isObject(today) || typeof today.total !== 'number') return undefined;
  const users = Array.isArray(today.users) ? today.users.filter(isObject) : [];
  const own = users.find(({ userId }) => typeof userId === 'string' && userId.toLowerCase() === user?.toLowerCase());
  return { totalToday: today.total, ownToday: typeof own?.count === 'number' ? own.count : Number.POSITIVE_INFINITY };
}

export { usageIn };
