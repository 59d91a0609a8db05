/**
 * Publishes Marketo requests to a relay's queue, checked before they are sent.
 *
 * @module publisher
 */
export type { Json, JsonObject, QueryValue } from '../lib/marketo/request.ts';
export type { MessageProblem } from '../lib/message/problem.ts';
export type * from '../lib/publisher/bodies.ts';
export { type Entry, type EntryOptions, InvalidMessagesError, toEntries } from '../lib/publisher/entries.ts';
export type { Operation, Operations } from '../lib/publisher/operations.ts';
export {
  createPublisher,
  type PublishCall,
  type Publisher,
  type PublisherOptions,
  type PublishResult,
} from '../lib/publisher/publisher.ts';
export type { PublisherMessage } from '../lib/publisher/publisher-message.ts';
export type { FilterQuery, ReadParts } from '../lib/publisher/read-parts.ts';
export { type MessageOptions, type Parts, type Requests, requests } from '../lib/publisher/requests.ts';
export type * from '../lib/publisher/schema-parts.ts';
export type { SendOptions, SendResult, SqsSender } from '../lib/publisher/send-entries.ts';
export { type Validation, validate } from '../lib/publisher/validate.ts';
export type {
  RecordResult,
  Reply,
  Result,
  ResultFailure,
  ResultObject,
  ResultPointer,
  ResultRows,
} from '../lib/results/result.ts';
