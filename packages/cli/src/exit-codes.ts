/**
 * What a process of ours says by its exit code. An interrupted one says 128 + the signal's number instead.
 *
 * `failed`: the thing under test failed. `infrastructure`: no verdict could be reached.
 */
export const exitCodes = { success: 0, failed: 1, usage: 2, infrastructure: 3 } as const;
