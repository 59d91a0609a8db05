import { describe, expect, it } from 'vitest';
import { encodeRelayState, freshState } from '../../../lib/message/relay-attribute.ts';
import { invalid, read, recordOf, SYNC, validMessage } from './fixtures.ts';

const NOTIFICATION_ID = '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324';
const EVENT_ID = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';

/** As SNS writes it to a queue without raw delivery (Amazon SNS: "Message and JSON formats"). */
function notification(message: unknown, more: object = {}): object {
  return {
    Type: 'Notification',
    MessageId: NOTIFICATION_ID,
    TopicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic',
    Subject: 'My First Message',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2012-05-02T00:54:06.655Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLEw6JRN...',
    SigningCertURL:
      'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem',
    UnsubscribeURL: 'https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe',
    ...more,
  };
}

/** As EventBridge writes it to a target without an input transformer (EventBridge: "Events"). */
function event(detail: unknown): object {
  return {
    version: '0',
    id: EVENT_ID,
    'detail-type': 'Marketo request',
    source: 'shop.orders',
    account: '111122223333',
    time: '2017-12-22T18:43:48Z',
    region: 'us-west-1',
    resources: [],
    detail,
  };
}

describe.each([
  ['an SNS notification', notification, NOTIFICATION_ID],
  ['an EventBridge event', event, EVENT_ID],
  ['an event that came by a topic', (message: unknown) => notification(event(message)), EVENT_ID],
])('%s', (_name, wrap, deliveredAs) => {
  it('is read as the message in it', () => {
    const message = validMessage(wrap(SYNC));
    expect(message.request).toEqual(SYNC);
    expect(JSON.parse(message.originalBody)).toEqual(SYNC);
  });

  it('is known by its own id, the innermost, which is the same when it is delivered twice', () => {
    const [one, other] = ['1', '2'].map((messageId) => validMessage(wrap(SYNC), { messageId }).state.relayId);
    expect([one, other]).toEqual([deliveredAs, deliveredAs]);
  });

  it('is known by the id of its message where that has one', () => {
    expect(validMessage(wrap({ ...SYNC, id: 'order-7' })).state.relayId).toBe('order-7');
  });

  it('has the problems of its message', () => {
    const { problems, state } = invalid(wrap({ url: SYNC.path, body: SYNC.body }));
    expect(problems.map(({ path }) => path)).toEqual(['path', 'url']);
    expect(state.relayId).toBe(deliveredAs);
  });

  it('may hold a dead letter that is sent again, whose relay id counts', () => {
    const letter = { deadLetter: 1, relayId: 'order-7', message: { body: SYNC, attributes: {} } };
    expect(validMessage(wrap(letter)).state.relayId).toBe('order-7');
  });

  it('keeps an escaped U+FFFD', () => {
    const record = { note: 'a\uFFFDb' };
    const text = JSON.stringify(wrap({ ...SYNC, body: { input: [record] } })).replaceAll('\uFFFD', '\\ufffd');
    // One level of text within text takes the escape for a raw character.
    if (text.includes('\\"')) expect(invalid(text).problems[0]?.expected).toContain('valid UTF-8');
    else expect(validMessage(text).records?.[0]?.value).toEqual(record);
  });
});

describe('numbers and names that JSON would lose', () => {
  const text = '{"path":"/rest/v1/leads.json","body":{"input":[{"id":12345678901234567890,"a":1,"a":2}]}}';
  const paths = ['body.input[0].id', 'body.input[0].a'];

  it('are found in an event', () => {
    const { problems } = invalid(JSON.stringify(event('DETAIL')).replace('"DETAIL"', text));
    expect(problems.map(({ path }) => path)).toEqual(paths);
  });

  it('are found in a notification', () => {
    expect(invalid(notification(text)).problems.map(({ path }) => path)).toEqual(paths);
  });

  it('are found in an event that came by a topic', () => {
    const inner = JSON.stringify(event('DETAIL')).replace('"DETAIL"', text);
    expect(invalid(notification(inner)).problems.map(({ path }) => path)).toEqual(paths);
  });

  it('do not matter outside of the message', () => {
    const body = JSON.stringify(event(SYNC)).replace('"version":"0"', '"version":"0","version":12345678901234567890');
    expect(validMessage(body).request).toEqual(SYNC);
  });

  it('are found where the message itself is given twice', () => {
    const body = JSON.stringify(event(SYNC)).replace('"version":"0"', '"detail":{}');
    expect(invalid(body).problems[0]?.expected).toMatch(/each member once/);
  });
});

describe('the attributes of a notification', () => {
  const given = {
    tenant: { Type: 'String', Value: 'north' },
    key: { Type: 'Binary', Value: 'AAEC' },
    broken: { Type: 7 },
    relay: { Type: 'String', Value: 'anything' },
  };

  it('are carried along like those of a message, but for what is none', () => {
    const { received } = validMessage(notification(SYNC, { MessageAttributes: given }));
    expect(received.attributes).toEqual({
      tenant: { dataType: 'String', stringValue: 'north' },
      key: { dataType: 'Binary', binaryValue: 'AAEC' },
    });
  });

  it('decide nothing: the state of a copy comes with the copy alone', () => {
    const state = encodeRelayState({ ...freshState(recordOf(''), 'other'), attempts: 5 });
    const relay = { Type: 'String', Value: state.stringValue };
    expect(validMessage(notification(SYNC, { MessageAttributes: { relay } })).state).toMatchObject({
      relayId: NOTIFICATION_ID,
      attempts: 0,
    });
  });
});

describe('what is no envelope', () => {
  it.each([
    ['a message that mentions one', { ...SYNC, body: { input: [{ note: '"TopicArn" and "detail-type"' }] } }],
    ['a message with an event in a field', { ...SYNC, body: { input: [{ event: event(SYNC) }] } }],
  ])('%s is a message', (_name, body) => {
    expect(validMessage(body).request).toEqual(body);
  });

  it.each([
    ['a notification without a message', { Type: 'Notification', TopicArn: 'arn:aws:sns:us-east-1:1:t' }],
    ['a notification of plain text', notification('server is down')],
    ['an event without a detail', { 'detail-type': 'x', source: 'y' }],
    ['an event about something else', event({ instance: 'i-1', state: 'running' })],
    ['envelopes without end', [1, 2, 3, 4, 5].reduce<unknown>((inner) => notification(inner), SYNC)],
    [
      'an event of endless depth',
      `{"detail-type":"x","source":"y","detail":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    ],
  ])('%s is refused', (_name, body) => {
    expect(read(body).kind).toBe('invalid');
  });

  it('a subscription that waits to be confirmed says what to do', () => {
    const body = {
      Type: 'SubscriptionConfirmation',
      TopicArn: 'arn:aws:sns:us-east-1:1:t',
      Token: 'x',
      SubscribeURL: 'y',
    };
    expect(invalid(body).problems).toEqual([
      {
        path: '',
        expected:
          'a message; got the request of "arn:aws:sns:us-east-1:1:t" to confirm its subscription: open its SubscribeURL once',
      },
    ]);
  });
});
