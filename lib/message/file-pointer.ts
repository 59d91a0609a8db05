import * as z from 'zod/mini';
import { expected } from './expected.ts';

/** An object in S3, of which an import takes the rows. */
interface FilePointer {
  readonly bucket: string;
  readonly key: string;
}

/** S3: bucket naming rules. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** S3: 1,024 bytes of UTF-8; checked here as far as a length says. */
const MAX_KEY_LENGTH = 1_024;

const fileSchema = z
  .strictObject(
    {
      bucket: z
        .string(expected('the name of a bucket'))
        .check(z.regex(BUCKET, expected('the name of a bucket: 3 to 63 of a-z, 0-9, dots and hyphens'))),
      key: z
        .string(expected('the key of an object'))
        .check(
          z.minLength(1, expected('the key of an object')),
          z.maxLength(MAX_KEY_LENGTH, expected(`a key of at most ${MAX_KEY_LENGTH} characters`)),
        ),
    },
    expected('an object with `bucket` and `key`: where the file lies in S3'),
  )
  .check(z.meta({ description: 'Of an import: the object in S3 that holds its rows.' }));

export type { FilePointer };
export { fileSchema };
