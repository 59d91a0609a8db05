import { describe, expect, it } from 'vitest';
import { readLetter } from '../../lib/local/letter-line.ts';

const LETTER = {
  deadLetter: 1,
  relayId: 'order-1',
  failure: {
    level: 'record',
    code: '1006',
    name: 'Field not found',
    message: "Field 'x' not found",
    meaning: 'A field is not known.',
    remedy: 'Correct its name.',
    attempts: 2,
    outcomeUnknown: false,
  },
  message: { body: {}, attributes: {}, positions: [3, 4] },
  history: [],
};

describe('reading one letter', () => {
  it('takes what the report shows', () => {
    expect(readLetter('m-1', JSON.stringify(LETTER))).toEqual({
      messageId: 'm-1',
      relayId: 'order-1',
      level: 'record',
      code: '1006',
      name: 'Field not found',
      message: "Field 'x' not found",
      meaning: 'A field is not known.',
      remedy: 'Correct its name.',
      attempts: 2,
      outcomeUnknown: false,
      positions: [3, 4],
    });
  });

  it.each([
    ['{"id":"order-2"}', 'order-2'],
    ['not json', 'm-1'],
    ['[]', 'm-1'],
    ['{"deadLetter":1}', 'm-1'],
  ])('speaks of %s as a message that SQS moved here itself', (body, relayId) => {
    expect(readLetter('m-1', body)).toMatchObject({ code: 'movedBySqs', relayId });
  });
});
