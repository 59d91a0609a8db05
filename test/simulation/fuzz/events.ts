import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { Dice } from '../../../lib/simulation/dice.ts';
import { drawPublications } from '../../../lib/simulation/publications.ts';
import { drawScenario } from '../../../lib/simulation/scenario.ts';
import { damage, HOSTILE_JSON, HOSTILE_TEXTS, HOSTILE_VALUES, mutate, type Node } from './mutate.ts';

interface FuzzedRecord {
  readonly messageId: string;
  readonly body: string;
  /** As it is in the event. */
  readonly record: SQSRecord;
  /** Stands in the body wherever there was room for it: shows where the record went. */
  readonly nonce: string;
}

interface FuzzedEvent {
  readonly event: SQSEvent;
  readonly records: readonly FuzzedRecord[];
}

const MOST_RECORDS = 4;
/** Sound messages of every kind, to be made unsound. */
const SOUND = drawPublications({ ...drawScenario(1), messages: 400, poison: 0, uncopiable: 0 }, new Dice(1)).flatMap(
  ({ body, kind }) => (kind === undefined ? [] : [JSON.parse(body) as { [name: string]: Node }]),
);
const RELAY_STATE: Node = {
  v: 1,
  id: 'order-7',
  attempt: 2,
  firstSeen: '2027-01-01T00:00:00.000Z',
  firstFailed: '2027-01-01T00:00:05.000Z',
  lastCode: '713',
  history: [['713', 5]],
  positions: '0-2,5',
  part: 1,
  share: 4,
};

/** The message with its nonce in place of every mark, so that its own records are known again. */
function withNonce(message: Node, nonce: string): Node {
  return JSON.parse(JSON.stringify(message).replaceAll(/mk-p[\d.]+-/g, nonce)) as Node;
}

function drawBody(nonce: string, dice: Dice): string {
  const sound = withNonce(dice.pick(SOUND), nonce);
  const kind = dice.random();
  if (kind < 0.2) return JSON.stringify(sound);
  if (kind < 0.3) return dice.pick(HOSTILE_JSON);
  let tree = sound;
  for (let changes = dice.whole(1, 3); changes > 0; changes--) tree = mutate(tree, dice);
  if (kind < 0.4) tree = letterAround(tree, dice);
  const text = JSON.stringify(tree) ?? '';
  return kind < 0.5 ? damage(text, dice) : text;
}

/** A dead letter that somebody has edited, or made up. */
function letterAround(message: Node, dice: Dice): Node {
  const letter: Node = {
    deadLetter: 1,
    relayId: 'order-7',
    failure: { level: 'response', code: '610' },
    message: { body: dice.chance(0.5) ? message : JSON.stringify(message), attributes: {}, positions: [0] },
    overflow: { bucket: 'model-overflow', key: 'dead-letters/x', cut: ['response.body'] },
  };
  return dice.chance(0.3) ? letter : mutate(letter, dice);
}

function drawAttributes(dice: Dice): object {
  const attributes: Record<string, object> = {};
  if (dice.chance(0.3)) {
    const state = JSON.stringify(dice.chance(0.5) ? RELAY_STATE : mutate(RELAY_STATE, dice)) ?? '';
    attributes.relay = { dataType: 'String', stringValue: dice.chance(0.1) ? damage(state, dice) : state };
  }
  for (let count = dice.whole(0, 3); count > 0; count--) {
    const name = dice.chance(0.5) ? `attribute${count}` : dice.pick(HOSTILE_TEXTS);
    const value = dice.chance(0.2) ? { binaryValue: 'AAEC' } : { stringValue: String(dice.pick(HOSTILE_VALUES)) };
    attributes[name] = { dataType: dice.pick(['String', 'Number', 'Binary', 'String.json', '']), ...value };
  }
  return attributes;
}

const ODD_NUMBERS = ['', '0', '-1', 'abc', '1e400', '99999999999999999999'];

function drawRecord(number: number, index: number, dice: Dice): FuzzedRecord {
  const nonce = `nonce-${number}-${index}-`;
  const messageId = `message-${number}-${index}`;
  const body = drawBody(nonce, dice);
  const numeric = (low: number, high: number): string =>
    dice.chance(0.05) ? dice.pick(ODD_NUMBERS) : String(dice.whole(low, high));
  const record = {
    messageId,
    receiptHandle: `${messageId}#1`,
    body,
    attributes: {
      ApproximateReceiveCount: numeric(1, 12),
      SentTimestamp: numeric(1_800_000_000_000, 1_814_000_000_000),
    },
    ...(dice.chance(0.98) && { messageAttributes: drawAttributes(dice) }),
  };
  return { messageId, body, nonce, record: record as unknown as SQSRecord };
}

/** An event as Lambda's event source mapping sends it, with anything in the places that a publisher can write to. */
function drawEvent(number: number, dice: Dice): FuzzedEvent {
  const count = dice.whole(1, MOST_RECORDS);
  const records = Array.from({ length: count }, (_, index) => drawRecord(number, index, dice));
  return { event: { Records: records.map(({ record }) => record) }, records };
}

export type { FuzzedEvent, FuzzedRecord };
export { drawEvent };
