import type { Credentials } from '../marketo/identity.ts';

/** Where the credentials of the custom service come from. */
interface CredentialsProvider {
  /**
   * The credentials, from memory when they were read before.
   *
   * @throws CredentialsError when what is stored cannot be used
   */
  credentials(): Promise<Credentials>;
  /** Reads them anew, so that a rotation is picked up without a deploy. Throws as `credentials` does. */
  refresh(): Promise<Credentials>;
}

/** The stored credentials cannot be used until an operator corrects them. The message never holds their content. */
class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

export type { CredentialsProvider };
export { CredentialsError };
