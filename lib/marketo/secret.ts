import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A value that cannot be printed: string conversion, JSON and `util.inspect` all give `[secret]`. Access tokens and
 * client secrets live in one of these from the moment they arrive, and are revealed only where they are sent.
 *
 * @example
 * const token = new Secret('abc:int');
 * `${token}`; // '[secret]'
 * token.reveal(); // 'abc:int'
 */
class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

export { REDACTED, Secret };
