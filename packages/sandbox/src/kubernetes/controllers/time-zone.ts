/** What the clocks of a time zone show. */
export interface LocalTime {
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** A time zone. */
export interface Zone {
  /** What its clocks show at a time in milliseconds since the epoch. */
  at(ms: number): LocalTime;
  /** RFC 3339 in whole seconds with its offset, `2026-11-22T10:31:25+01:00`. */
  format(ms: number): string;
}

/** @throws {RangeError} for a name that is in no database of time zones */
export function createZone(name: string): Zone {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const formatter = new Intl.DateTimeFormat('en-US', { ...numeric, hourCycle: 'h23', timeZone: name });
  const at = (ms: number): LocalTime => {
    const parts = new Map(formatter.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: keyof Intl.DateTimeFormatPartTypesRegistry): number => parts.get(type) ?? 0;
    const [year, month, day] = [part('year'), part('month'), part('day')];
    const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
    return { year, month, day, hour: part('hour'), minute: part('minute'), weekday };
  };
  return {
    at,
    format(ms) {
      const { year, month, day, hour, minute } = at(ms);
      const wholeMinute = Math.floor(ms / 60_000) * 60_000;
      const offset = (Date.UTC(year, month - 1, day, hour, minute) - wholeMinute) / 60_000;
      const local = new Date(ms + offset * 60_000).toISOString().replace(/\.\d+Z$/, '');
      if (offset === 0) return `${local}Z`;
      const two = (value: number): string => String(value).padStart(2, '0');
      const size = Math.abs(offset);
      return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
    },
  };
}
