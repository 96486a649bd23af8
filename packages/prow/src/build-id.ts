/** Twitter's epoch, which Prow's build ids count from. */
const epochMs = 1_288_834_974_657;
const randomBits = 22;
const smallest = 10n ** 18n;

/**
 * A build id for a run outside of Prow: 19 digits, made as Prow makes them (milliseconds, then 22 bits), so that later ids
 * are larger and sort after earlier ones as text too. The low bits are random: runs of one millisecond differ.
 *
 * @param clock Milliseconds since 1970.
 * @param random From 0 up to 1, as `Math.random` gives it.
 * @see https://github.com/bwmarrin/snowflake
 */
export function newBuildId(clock: { now(): number }, random: () => number): string {
  const time = BigInt(Math.max(0, Math.floor(clock.now()) - epochMs)) << BigInt(randomBits);
  const id = time | BigInt(Math.floor(random() * 2 ** randomBits));
  // Below 10^18 (before 2018) TestGrid takes ids for another kind. Only a wrong clock gets there.
  return String(id > smallest ? id : id + smallest + 1n);
}
