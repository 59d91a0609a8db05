import { createHash, hash as hashText } from 'node:crypto';
import type { Message } from '../../message/message.ts';
import { decodeRelayState } from '../../message/relay-attribute.ts';
import type { RelayState } from '../../message/relay-state.ts';
import type { Batch } from '../intake/receive-batch.ts';
import type { WorkItem } from '../work-item.ts';

/** How the messages of a batch and their keys are named where marks are kept. */
interface MarkNames {
  idOf(message: Message): string;
  /** Of what is settled with a message, and was published at another time under its id. */
  twinIdsOf(message: Message): readonly string[];
  /** Those of the batch that have this id themselves, or settle what has it. */
  namedBy(id: string): readonly Message[];
  hashOf(key: string): number;
  keysOf(items: readonly WorkItem[]): ReadonlySet<number>;
}

function createMarkNames(messages: Iterable<Message>, duplicates: Batch['duplicates'], nowMs: number): MarkNames {
  const hashes = new Map<string, number>();
  const ids = new Map<Message, string>();
  const twinIds = new Map<Message, readonly string[]>();
  const named = new Map<string, Message[]>();
  for (const message of messages) {
    const id = idOfState(message.state);
    const twins = twinsOf(message, duplicates, nowMs);
    ids.set(message, id);
    twinIds.set(message, twins);
    for (const one of [id, ...twins]) named.set(one, [...(named.get(one) ?? []), message]);
  }

  function hashOf(key: string): number {
    const hash = hashes.get(key) ?? markedHash(key);
    hashes.set(key, hash);
    return hash;
  }

  return {
    idOf: (message) => ids.get(message) ?? idOfState(message.state),
    twinIdsOf: (message) => twinIds.get(message) ?? [],
    namedBy: (id) => named.get(id) ?? [],
    hashOf,
    keysOf: (items) => new Set(items.flatMap(({ keys }) => keys).map(hashOf)),
  };
}

function twinsOf({ received, state }: Message, duplicates: Batch['duplicates'], nowMs: number): readonly string[] {
  const states = (duplicates.get(received.messageId) ?? []).flatMap(
    ({ attributes }) => decodeRelayState(attributes, nowMs) ?? [],
  );
  const isTwin = ({ markedUntilMs, relayId, firstSeenMs }: RelayState): boolean =>
    markedUntilMs !== undefined && relayId === state.relayId && firstSeenMs !== state.firstSeenMs;
  return [...new Set(states.filter(isTwin).map(idOfState))];
}

/** 48 bits of a key's hash: more than the ledger's, since marks of many more keys lie side by side, and for longer. */
const KEY_CHARACTERS = 12;

function markedHash(key: string): number {
  return Number.parseInt(hashText('sha256', key, 'hex').slice(0, KEY_CHARACTERS), 16);
}

/** Of 60 bits: unlikely enough to be those of two messages that wait at one key. */
const ID_CHARACTERS = 15;

/** Two messages that were published under one id are told apart by their times. */
function idOfState({ relayId, firstSeenMs }: Pick<RelayState, 'relayId' | 'firstSeenMs'>): string {
  return createHash('sha256').update(`${firstSeenMs} ${relayId}`).digest('hex').slice(0, ID_CHARACTERS);
}

export type { MarkNames };
export { createMarkNames };
