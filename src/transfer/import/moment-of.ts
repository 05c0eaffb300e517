import { fromLocalInput } from '../../web/format.ts';

const TIME = '(?:[T ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,]\\d{1,9})?)?(?: ?([AaPp])\\.?[Mm]\\.?)?)?';
const ISO = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${TIME} ?(Z|UTC|GMT|[+-]\\d{2}:?\\d{2})?$`);
const DAY_FIRST = new RegExp(`^(\\d{1,2})[-/. ](\\d{1,2})[-/. ](\\d{4})${TIME}$`);
const EPOCH = /^(\d{9,10})(\d{3})?$/;

const two = (value: string | number) => String(value).padStart(2, '0');

type Clock = {
  hour?: string | undefined;
  minute?: string | undefined;
  second?: string | undefined;
  half?: string | undefined;
};

function hourOf({ hour = '0', half }: Clock): string {
  const value = Number(hour);
  if (!half) return two(value);
  return two((value % 12) + (half.toLowerCase() === 'p' ? 12 : 0));
}

/** A reading of the clock in a zone, as a moment; undefined where no clock ever shows it. */
function local(year: string, month: string, day: string, clock: Clock, zone: string): Date | undefined {
  const time = `${hourOf(clock)}:${clock.minute ?? '00'}:${clock.second ?? '00'}`;
  return fromLocalInput(`${year}-${two(month)}-${two(day)}T${time}`, zone);
}

function iso(text: string, zone: string): Date | undefined {
  const [, year = '', month = '', day = '', hour, minute, second, half, offset] = ISO.exec(text) ?? [];
  if (!year) return undefined;
  const at = local(year, month, day, { hour, minute, second, half }, offset ? 'UTC' : zone);
  if (!at || !offset || !/^[+-]/.test(offset)) return at;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(at.getTime() - (sign === '-' ? -ms : ms));
}

const numbered = (isDayFirst: boolean) => (text: string, zone: string) => {
  const [, first = '', next = '', year = '', hour, minute, second, half] = DAY_FIRST.exec(text) ?? [];
  if (!year) return undefined;
  const [day, month] = isDayFirst ? [first, next] : [next, first];
  return local(year, month, day, { hour, minute, second, half }, zone);
};

function epoch(text: string): Date | undefined {
  const [, seconds, ms = '000'] = EPOCH.exec(text) ?? [];
  return seconds ? new Date(Number(seconds) * 1000 + Number(ms)) : undefined;
}

/** How other trackers write moments; one with an offset needs no zone. */
export const DATE_FORMATS = {
  iso: { words: '2026-03-10 09:12, also with an offset', read: iso },
  'day-first': { words: '10.03.2026 09:12, 10/03/2026', read: numbered(true) },
  'month-first': { words: '03/10/2026 9:12 AM', read: numbered(false) },
  epoch: { words: '1773134320, seconds since 1970', read: epoch },
} as const satisfies Record<
  string,
  { words: string; read: (text: string, zone: string) => Date | undefined }
>;
export type DateFormat = keyof typeof DATE_FORMATS;
