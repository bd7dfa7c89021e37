/** What was asked for cannot be done; the message says why, for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
