import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  EMPTY_TOKEN_STATE,
  fingerprintOf,
  type RefusedToken,
  type TokenState,
  type Trouble,
} from '../access-token/token-state.ts';
import { Secret } from '../marketo/secret.ts';
import type { Item } from './versioned-item.ts';

const TROUBLES: readonly string[] = ['credentialsRefused', 'tokenRefused', 'unavailable'] satisfies Trouble['kind'][];

/**
 * The state as an item that an operator can read in the console: times in ISO 8601, absent what does not hold. The
 * token is in it as it is given, which is sealed (`access-token/sealed-token-register.ts`): reading the table is not
 * enough to use it.
 */
function encodeTokenItem(state: TokenState): Item {
  const { token, refused, lease, trouble } = state;
  return {
    version: { N: String(state.version) },
    ...(token && {
      token: { S: token.value.reveal() },
      tokenExpiresAt: time(token.expiresAtMs),
      tokenFirstGivenAt: time(token.firstGivenAtMs),
      tokenGivenAt: time(token.givenAtMs),
      ...(token.user !== undefined && { apiUser: { S: token.user } }),
    }),
    ...(refused && {
      refusedFingerprint: { S: refused.fingerprint },
      refusedHadServed: { BOOL: refused.served },
      ...(refused.againAtMs !== undefined && { refusedUntil: time(refused.againAtMs) }),
    }),
    ...(state.credentials !== undefined && { credentialsFingerprint: { S: state.credentials } }),
    ...(lease && { fetchedBy: { S: lease.holder }, fetchLeaseEndsAt: time(lease.endsAtMs) }),
    ...(trouble && {
      trouble: { S: trouble.kind },
      troubleDetail: { S: trouble.detail },
      troubleCount: { N: String(trouble.count) },
    }),
    askAgainAt: time(state.notBeforeMs),
    asksPaidUntil: time(state.asksPaidUntilMs),
    strikes: { N: String(state.strikes.count) },
    lastStrikeAt: time(state.strikes.lastAtMs),
    spentAnswers: { N: String(state.spentAnswers) },
    pauses: { N: String(state.pauses.count) },
    lastPauseEndsAt: time(state.pauses.lastUntilMs),
  };
}

/** @throws Error when the item is not one that {@link encodeTokenItem} wrote. */
function decodeTokenItem(item: Item | undefined): TokenState {
  if (item === undefined) return EMPTY_TOKEN_STATE;
  const version = numberOf(item.version);
  if (version < 1) throw new Error('the token item has no version: delete the item, and it is written anew');
  const [token, holder, trouble] = [item.token?.S, item.fetchedBy?.S, item.trouble?.S];
  const refused = item.refusedFingerprint?.S;
  return {
    version,
    ...(token !== undefined && { token: decodeToken(token, item) }),
    ...(refused !== undefined && { refused: decodeRefused(refused, item) }),
    ...(item.credentialsFingerprint?.S !== undefined && { credentials: item.credentialsFingerprint.S }),
    ...(holder !== undefined && { lease: { holder, endsAtMs: msOf(item.fetchLeaseEndsAt) } }),
    ...(isTrouble(trouble) && {
      trouble: { kind: trouble, detail: item.troubleDetail?.S ?? '', count: numberOf(item.troubleCount) },
    }),
    notBeforeMs: msOf(item.askAgainAt),
    asksPaidUntilMs: msOf(item.asksPaidUntil),
    strikes: { count: numberOf(item.strikes), lastAtMs: msOf(item.lastStrikeAt) },
    spentAnswers: numberOf(item.spentAnswers),
    pauses: { count: numberOf(item.pauses), lastUntilMs: msOf(item.lastPauseEndsAt) },
  };
}

function decodeToken(token: string, item: Item): NonNullable<TokenState['token']> {
  const value = new Secret(token);
  const user = item.apiUser?.S;
  return {
    value,
    fingerprint: fingerprintOf(value),
    expiresAtMs: msOf(item.tokenExpiresAt),
    firstGivenAtMs: msOf(item.tokenFirstGivenAt),
    givenAtMs: msOf(item.tokenGivenAt),
    ...(user !== undefined && { user }),
  };
}

function decodeRefused(fingerprint: string, item: Item): RefusedToken {
  const served = item.refusedHadServed?.BOOL === true;
  return { fingerprint, served, ...(item.refusedUntil && { againAtMs: msOf(item.refusedUntil) }) };
}

function isTrouble(kind: string | undefined): kind is Trouble['kind'] {
  return kind !== undefined && TROUBLES.includes(kind);
}

function time(ms: number): AttributeValue {
  return { S: new Date(ms).toISOString() };
}

function msOf(value: AttributeValue | undefined): number {
  const ms = Date.parse(value?.S ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}

function numberOf(value: AttributeValue | undefined): number {
  const number = Number(value?.N ?? 0);
  return Number.isFinite(number) ? number : 0;
}

export { decodeTokenItem, encodeTokenItem };
