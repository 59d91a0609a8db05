import { QUOTA_TIME_ZONE } from '../marketo/limits.ts';
import type { Bounds } from './bounds.ts';

/** A value, or what is wrong with the text and what to do about it, as the end of a sentence that names the setting. */
type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Longer values are not shown: an access token or a client secret pasted into the wrong place is longer. */
const MAX_SHOWN_CHARACTERS = 24;

function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function refuse(problem: string): Parsed<never> {
  return { ok: false, problem };
}

/** The text as JSON, or only its length when it is too long to be shown in a log. */
function shown(text: string, maxCharacters = MAX_SHOWN_CHARACTERS): string {
  return text.length <= maxCharacters ? JSON.stringify(text) : `a text of ${text.length} characters`;
}

function range(bounds: Bounds): string {
  return `a whole number from ${bounds.min} to ${bounds.max}`;
}

/** Decimal digits only: `1e3`, `0x10`, `5.0` and ` 5` are more often mistakes than meant. */
function parseWholeNumber(text: string, bounds: Bounds): Parsed<number> {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return accept(value);
  return refuse(`is ${shown(text)}: give ${range(bounds)}`);
}

/**
 * An IANA name that this runtime knows. Offsets such as `-06:00` have no daylight saving time, and an abbreviation such
 * as `CST` means different things to different readers (Marketo's documents among them): both are refused.
 */
function parseTimeZone(text: string): Parsed<string> {
  // Known to be one, without loading what the runtime knows of time zones.
  if (text === QUOTA_TIME_ZONE) return accept(text);
  if (/^([A-Za-z_]+\/|UTC$)/.test(text)) {
    try {
      new Intl.DateTimeFormat('en-US', { timeZone: text });
      return accept(text);
    } catch {
      // RangeError: Intl does not know the name.
    }
  }
  return refuse(`is ${shown(text)}: give an IANA time zone name, such as "America/Chicago"`);
}

function parseTableName(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_.-]{3,255}$/.test(text)) return accept(text);
  return refuse(
    `is ${shown(text, 60)}: give the name of the ledger's DynamoDB table, 3 to 255 letters, digits, "_", "." or "-"`,
  );
}

function parseBucketName(text: string): Parsed<string> {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return accept(text);
  return refuse(`is ${shown(text, 60)}: give the name of an S3 bucket, 3 to 63 lower-case letters, digits, "." or "-"`);
}

/** Of an EventBridge bus: its name, or its ARN where it is another account's. */
function parseBusName(text: string): Parsed<string> {
  if (/^(arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[./\w-]{1,256}$/.test(text)) return accept(text);
  return refuse(`is ${shown(text, 60)}: give the name or the ARN of an EventBridge event bus`);
}

/** A switch. Other words are refused: `yes` and `1` mean different things to different readers. */
function parseBoolean(text: string): Parsed<boolean> {
  if (text === 'true' || text === 'false') return accept(text === 'true');
  return refuse(`is ${shown(text)}: give "true" or "false"`);
}

const ISOLATION_UNITS = ['record', 'message'] as const;

/** What is told apart when a call fails as a whole because of its data. */
type IsolationUnit = (typeof ISOLATION_UNITS)[number];

const DEFAULT_ISOLATION_UNIT: IsolationUnit = 'record';

function parseIsolationUnit(text: string): Parsed<IsolationUnit> {
  const unit = ISOLATION_UNITS.find((one) => one === text);
  return unit === undefined ? refuse(`is ${shown(text)}: give "record" or "message"`) : accept(unit);
}

const ORDER_SCOPES = ['key', 'none'] as const;

/** What keeps the order of publication across retries: all that have a key in common, or nothing. */
type OrderScope = (typeof ORDER_SCOPES)[number];

const DEFAULT_ORDER_SCOPE: OrderScope = 'key';

function parseOrderScope(text: string): Parsed<OrderScope> {
  const scope = ORDER_SCOPES.find((one) => one === text);
  return scope === undefined ? refuse(`is ${shown(text)}: give "key" or "none"`) : accept(scope);
}

const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/** Those that the logger and Lambda itself both know. Dead letters are logged at ERROR, so no level leaves them out. */
function parseLogLevel(text: string): Parsed<LogLevel> {
  const level = LOG_LEVELS.find((one) => one === text);
  return level === undefined ? refuse(`is ${shown(text)}: give one of ${LOG_LEVELS.join(', ')}`) : accept(level);
}

export type { IsolationUnit, LogLevel, OrderScope, Parsed };
export {
  accept,
  DEFAULT_ISOLATION_UNIT,
  DEFAULT_ORDER_SCOPE,
  LOG_LEVELS,
  parseBoolean,
  parseBucketName,
  parseBusName,
  parseIsolationUnit,
  parseLogLevel,
  parseOrderScope,
  parseTableName,
  parseTimeZone,
  parseWholeNumber,
  range,
  refuse,
  shown,
};
