import { GkeError } from './errors.js';

/**
 * An error with those of the clean-up after it: they do not replace it, but a leak's remedy has to be read too.
 *
 * @returns the error itself when there are none
 */
export function withLeaks(error: unknown, leaks: readonly Error[]): unknown {
  if (leaks.length === 0) return error;
  const first = error instanceof Error ? error : new Error(String(error));
  const messages = [first, ...leaks].map(({ message }) => message);
  return new GkeError(error instanceof GkeError ? error.code : 'OPERATION_FAILED', messages.join('; and '), {
    ...(error instanceof GkeError ? factsOf(error) : {}),
    cause: new AggregateError([first, ...leaks], 'a failed cluster could not be deleted'),
    hint: [error, ...leaks].flatMap((one) => (one instanceof GkeError && one.hint ? [one.hint] : [])).join(' '),
    ...(error instanceof GkeError && error.detail !== undefined ? { detail: error.detail } : {}),
  });
}

/** What an error is about, for another that stands for it. */
export function factsOf({ cluster, location }: GkeError): { readonly cluster?: string; readonly location?: string } {
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(location === undefined ? {} : { location }),
  };
}
