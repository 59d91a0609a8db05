import type { HttpReply, HttpRequest } from '../../../lib/marketo/http.ts';
import type { Dice } from '../../../lib/simulation/dice.ts';
import { damage, HOSTILE_JSON, HOSTILE_TEXTS, HOSTILE_VALUES, mutate, type Node } from './mutate.ts';

const STATUSES = [200, 200, 200, 200, 204, 302, 400, 401, 404, 413, 414, 418, 429, 500, 502, 503, 504, 0, 99, 999, -1];
const CODES = [
  '600',
  '601',
  '602',
  '603',
  '604',
  '606',
  '607',
  '608',
  '609',
  '610',
  '611',
  '615',
  '701',
  '713',
  '1003',
  '1029',
];
const MOST_CHARS = 200_000;

function soundBody(records: number, dice: Dice): Node {
  if (dice.chance(0.3)) {
    return { requestId: 'f1#1', success: false, errors: [{ code: dice.pick(CODES), message: 'fuzzed' }] };
  }
  const result = Array.from({ length: records }, (_, index): Node => {
    return dice.chance(0.3)
      ? { status: 'skipped', reasons: [{ code: dice.pick(CODES), message: 'fuzzed' }] }
      : { id: index, status: dice.pick(['created', 'updated', 'added', 'removed']) };
  });
  return { requestId: 'f1#2', success: true, result };
}

function drawText(records: number, dice: Dice): string {
  const sound = soundBody(records, dice);
  const kind = dice.random();
  if (kind < 0.3) return JSON.stringify(sound);
  if (kind < 0.4) return dice.pick(HOSTILE_JSON);
  if (kind < 0.45) return dice.pick(HOSTILE_TEXTS).repeat(dice.whole(1, 40)).slice(0, MOST_CHARS);
  let tree = sound;
  for (let changes = dice.whole(1, 4); changes > 0; changes--) tree = mutate(tree, dice);
  const text = JSON.stringify(tree) ?? '';
  return kind < 0.6 ? damage(text, dice) : text;
}

/** What Marketo, or anything in its place, can answer: any status, any headers, anything for a body. */
function drawReply(request: HttpRequest, dice: Dice): HttpReply {
  if (dice.chance(0.1)) {
    const reason = dice.pick(['timeout', 'connection', 'notConnected'] as const);
    return { kind: 'noReply', reason, mayHaveExecuted: reason !== 'notConnected', detail: dice.pick(HOSTILE_TEXTS) };
  }
  const records = request.body?.split('nonce-').length ?? 1;
  const names = Array.from({ length: dice.whole(0, 2) }, () =>
    dice.pick(['location', 'content-type', 'x-odd', '__proto__']),
  );
  return {
    kind: 'reply',
    status: dice.pick(STATUSES),
    headers: Object.fromEntries(names.map((name) => [name, String(dice.pick(HOSTILE_VALUES))])),
    body: drawText(Math.max(1, records - 1), dice),
    complete: dice.chance(0.9),
  };
}

export { drawReply };
