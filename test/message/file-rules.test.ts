import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../lib/message/check-message.ts';
import { decodeRelayState, encodeRelayState } from '../../lib/message/relay-attribute.ts';
import { RELAY_ATTRIBUTE, type RelayState } from '../../lib/message/relay-state.ts';
import { requests } from '../../lib/publisher/requests.ts';
import { validate } from '../../lib/publisher/validate.ts';

const file = { bucket: 'files-of-ours', key: 'in/leads.csv' };
const importLeads = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file };
const problemsOf = (value: unknown) => {
  const checked = checkMessage(value);
  return checked.kind === 'valid' ? [] : checked.problems.map(({ path, expected }) => `${path}: ${expected}`);
};

describe('a message that names a file', () => {
  it.each([
    [importLeads],
    [{ ...importLeads, query: { format: 'ssv', lookupField: 'email', listId: 1001 } }],
    [{ path: '/bulk/v1/customobjects/car_c/import.json', query: { format: 'tsv' }, file }],
    [{ path: '/bulk/v1/program/1001/members/import.json', query: { format: 'csv', programMemberStatus: 'On' }, file }],
  ])('is taken: %j', (message) => {
    const checked = checkMessage(message);
    expect(checked).toMatchObject({ kind: 'valid', parsed: { request: { method: 'POST' }, file } });
  });

  it.each([
    [{ ...importLeads, file: undefined, method: 'POST' }, /^file: the object in S3 that holds the rows/],
    [{ ...importLeads, query: {} }, /^query.format: a value, which importLeads requires/],
    [{ ...importLeads, query: { format: 'xlsx' } }, /^query.format: one of "csv", "tsv", "ssv"; got "xlsx"/],
    [{ ...importLeads, body: { input: [] } }, /^body: nothing: the rows of an import are in `file`/],
    [{ ...importLeads, file: { bucket: 'B', key: 'k' } }, /^file.bucket: the name of a bucket: 3 to 63/],
    [{ ...importLeads, file: { bucket: 'files' } }, /^file.key: the key of an object; got nothing/],
    [{ ...importLeads, file: 's3://files/x.csv' }, /^file: an object with `bucket` and `key`/],
    [{ path: '/rest/v1/leads.json', body: { input: [{}] }, file }, /^file: nothing: syncLeads takes no file/],
    [
      { path: '/bulk/v1/program/1001/members/import.json', query: { format: 'csv' }, file },
      /^query.programMemberStatus: a value/,
    ],
    [{ method: 'POST', path: '/rest/asset/v1/files.json' }, /^path: no upload of an asset/],
  ])('is refused: %j', (message, problem) => {
    expect(problemsOf(JSON.parse(JSON.stringify(message)))).toContainEqual(expect.stringMatching(problem));
  });

  it('is made by the publisher', () => {
    const message = requests.importLeads({ query: { format: 'csv' }, file }, { id: 'tonight' });
    expect(message).toEqual({ ...importLeads, id: 'tonight', method: 'POST' });
    expect(validate(message)).toEqual({ ok: true });
  });
});

it('what is known of a file survives its way over the queue', () => {
  const state: RelayState = {
    relayId: 'x',
    attempts: 0,
    attemptsAlone: 0,
    firstSeenMs: 1_000,
    history: [],
    part: 0,
    file: {
      etag: '"0123456789abcdef"',
      ...{ bytes: 25_000_000, headerBytes: 20, piece: 1, fromByte: 9_999_990, rowsBefore: 80_000, waits: 3 },
      job: { id: '1001', toByte: 19_999_000, rows: 80_000 },
      ...{ imported: 79_990, failed: 10, warned: 1, failedPieces: [0] },
    },
  };
  expect(decodeRelayState({ [RELAY_ATTRIBUTE]: encodeRelayState(state) }, 2_000)).toEqual(state);
});
