import * as z from 'zod/mini';
import { MAX_FILE_PIECES, MAX_GATHER_MESSAGES, MAX_RECORDS } from '../settings/policy.ts';
import { ID } from './message-schema.ts';
import { MAX_HISTORY, MAX_PAGE_TOKEN_LENGTH, ROW_LISTS } from './relay-state.ts';
import { MAX_PAGES } from './wanted-result.ts';

const MAX_CODE_LENGTH = 40;
const VERSION = 1;

/** The attribute's JSON, with names for the reader of the console. */
function attributeSchema() {
  const instant = z.iso.datetime();
  const size = z.int().check(z.minimum(0));
  const within = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
  const count = within(0, 1_000_000);
  const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
  const code = text(MAX_CODE_LENGTH + 3);
  const piece = within(0, MAX_FILE_PIECES);

  return z.strictObject({
    v: z.literal(VERSION),
    id: z.string().check(z.regex(ID)),
    attempt: count,
    /** Attempts in a call of its own. */
    alone: z.optional(count),
    /** 1: Marketo may have executed it. */
    unsure: z.optional(z.literal(1)),
    firstSeen: instant,
    firstFailed: z.optional(instant),
    lastCode: z.optional(code),
    /** Code and milliseconds since `firstSeen`. */
    history: z.optional(z.array(z.tuple([code, z.int()])).check(z.maxLength(MAX_HISTORY))),
    /** `0-4,7` */
    positions: z.optional(z.string()),
    part: z.optional(count),
    tokenTries: z.optional(within(1, 10)),
    share: z.optional(within(1, MAX_RECORDS)),
    /** Number, token, and the first of the values. */
    page: z.optional(
      z.tuple([within(1, MAX_PAGES), z.string().check(z.maxLength(MAX_PAGE_TOKEN_LENGTH)), z.optional(count)]),
    ),
    records: z.optional(within(1, MAX_RECORDS)),
    resends: z.optional(count),
    group: z.optional(within(1, MAX_GATHER_MESSAGES)),
    diedAlone: z.optional(count),
    unread: z.optional(z.literal(true)),
    place: z.optional(count),
    marked: z.optional(instant),
    /** How many, and how many looks. */
    behind: z.optional(z.tuple([count, count])),
    file: z.optional(
      z.strictObject({
        etag: text(200),
        bytes: size,
        headerBytes: size,
        piece,
        fromByte: size,
        rowsBefore: size,
        job: z.optional(z.strictObject({ id: text(100), toByte: size, rows: size })),
        complete: z.optional(
          z.strictObject({
            imported: size,
            failed: size,
            warned: size,
            asked: z.array(z.enum(ROW_LISTS)).check(z.maxLength(ROW_LISTS.length)),
          }),
        ),
        waits: count,
        imported: size,
        failed: size,
        warned: size,
        failedPieces: z.array(piece).check(z.maxLength(MAX_FILE_PIECES)),
      }),
    ),
  });
}

export { attributeSchema, MAX_CODE_LENGTH, VERSION };
