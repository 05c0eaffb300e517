import t from 'tap';
import {
  ago,
  clock,
  count,
  day,
  duration,
  exact,
  fromLocalInput,
  inShort,
  isoDay,
  isTimeZone,
  localInput,
  longDay,
  month,
  near,
  offset,
  roughly,
} from '../../src/web/format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ZONES = Intl.supportedValuesOf('timeZone').concat('UTC', 'Etc/GMT+12', 'Etc/GMT-14');

/** What ICU says of a moment in a zone: the oracle for all of this. */
function oracleFor(zone: string) {
  const format = (style: 'long' | 'short') =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: style,
      year: 'numeric',
      month: style,
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
  const [long, short] = [format('long'), format('short')];
  const numbers = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const partsOf = (by: Intl.DateTimeFormat, at: Date) =>
    Object.fromEntries(by.formatToParts(at).map(({ type, value }) => [type, value]));
  return (at: Date) => {
    const [l, s, n] = [partsOf(long, at), partsOf(short, at), partsOf(numbers, at)];
    const time = `${l['hour']}:${l['minute']}`;
    const seconds = `${time}:${l['second']}`;
    const name = l['timeZoneName'] ?? '';
    const words = name === 'GMT' ? 'UTC+00:00' : name.replace('GMT', 'UTC');
    const date = `${l['day']} ${l['month']} ${l['year']}`;
    return {
      clock: time,
      day: date,
      longDay: `${l['weekday']} ${date}`,
      isoDay: `${n['year']}-${n['month']}-${n['day']}`,
      localInput: `${n['year']}-${n['month']}-${n['day']}T${seconds}`,
      offset: words,
      exact: `${s['weekday']} ${date}, ${seconds} ${words}`,
    };
  };
}

const ours = (at: Date, zone: string) => ({
  clock: clock(at, zone),
  day: day(at, zone),
  longDay: longDay(at, zone),
  isoDay: isoDay(at, zone),
  localInput: localInput(at, zone),
  offset: offset(at, zone),
  exact: exact(at, zone),
});

const offsetOnly = new Map<string, Intl.DateTimeFormat>();
/** Milliseconds, straight from ICU. */
function offsetMs(at: number, zone: string): number {
  let format = offsetOnly.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
    offsetOnly.set(zone, format);
  }
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? [];
  return Number(`${sign}1`) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** The moments, to the second, at which a zone's clocks change. */
function changesOf(zone: string, from: number, to: number): number[] {
  const changes: number[] = [];
  const step = 7 * DAY;
  for (let start = from; start < to; start += step) {
    const before = offsetMs(start, zone);
    if (before === offsetMs(start + step, zone)) continue;
    let [low, high] = [start, start + step];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (offsetMs(middle, zone) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

/** Zones whose clocks do odd things, and the years in which they did. */
const ODD: [zone: string, from: number, to: number][] = [
  ['Europe/Berlin', 2024, 2028],
  ['America/New_York', 2024, 2028],
  ['America/Los_Angeles', 2006, 2009],
  ['Australia/Lord_Howe', 2024, 2028],
  ['Pacific/Chatham', 2024, 2028],
  ['America/St_Johns', 2005, 2012],
  ['America/Sao_Paulo', 2015, 2020],
  ['Africa/Casablanca', 2017, 2027],
  ['Europe/Dublin', 2024, 2028],
  ['Pacific/Apia', 2011, 2013],
  ['Asia/Pyongyang', 2015, 2019],
  ['Asia/Kathmandu', 1985, 1987],
  ['Antarctica/Casey', 2020, 2024],
  ['Antarctica/Troll', 2024, 2027],
  ['Asia/Gaza', 2010, 2013],
  ['Europe/Amsterdam', 1936, 1941],
  ['Africa/Monrovia', 1971, 1973],
  ['Europe/Paris', 1910, 1912],
];
const CHANGES = ODD.flatMap(([zone, from, to]) =>
  changesOf(zone, Date.UTC(from, 0, 1), Date.UTC(to, 0, 1)).map((at) => ({ zone, at })),
);

t.test('every zone, many moments: what ICU says', async (t) => {
  const moments = [
    '2026-01-01T00:00:00.000Z',
    '2026-03-10T08:12:07.999Z',
    '2026-06-30T23:59:59.000Z',
    '2026-09-09T09:09:09.000Z',
    '2025-12-31T12:00:00.000Z',
    '2024-02-29T18:30:00.000Z',
    '1999-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.001Z',
    '1900-01-01T00:00:00.000Z',
    '2038-01-19T03:14:08.000Z',
    '2100-02-28T23:59:59.999Z',
  ].map((text) => new Date(text));
  t.ok(ZONES.length > 400);
  for (const zone of ZONES) {
    const oracle = oracleFor(zone);
    t.strictSame(
      moments.map((at) => ours(at, zone)),
      moments.map(oracle),
      zone,
    );
  }
});

t.test('each month and weekday has ICU’s name', async (t) => {
  const oracle = oracleFor('UTC');
  const short = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short' });
  for (let at = Date.UTC(2026, 0, 4); at < Date.UTC(2027, 0, 1); at += 9 * DAY) {
    t.strictSame(ours(new Date(at), 'UTC'), oracle(new Date(at)));
    t.equal(month(new Date(at)), short.format(at));
  }
});

t.test('around each change of the clocks, to the second', async (t) => {
  t.ok(CHANGES.length > 100, `${CHANGES.length} changes`);
  t.ok(
    CHANGES.some(({ at }) => at % (15 * MINUTE) !== 0),
    'some of them not at a quarter of an hour',
  );
  for (const [zone] of ODD) {
    const oracle = oracleFor(zone);
    const moments = CHANGES.filter((change) => change.zone === zone).flatMap(({ at }) =>
      [-6 * HOUR, -HOUR, -MINUTE, -1000, -1, 0, 1, 1000, MINUTE, HOUR, 6 * HOUR].map(
        (by) => new Date(at + by),
      ),
    );
    t.not(moments.length, 0);
    for (const order of [moments, moments.toReversed()])
      t.strictSame(
        order.map((at) => ours(at, zone)),
        order.map(oracle),
        zone,
      );
  }
});

t.test('offsets that are no whole hours', async (t) => {
  const at = new Date('2026-01-15T12:00:00Z');
  const offsets: Record<string, string> = {
    'Asia/Kathmandu': 'UTC+05:45',
    'Asia/Kolkata': 'UTC+05:30',
    'Australia/Eucla': 'UTC+08:45',
    'Australia/Lord_Howe': 'UTC+11:00',
    'Pacific/Chatham': 'UTC+13:45',
    'America/St_Johns': 'UTC-03:30',
    'Pacific/Marquesas': 'UTC-09:30',
    'Pacific/Kiritimati': 'UTC+14:00',
    UTC: 'UTC+00:00',
    'Europe/London': 'UTC+00:00',
  };
  for (const [zone, words] of Object.entries(offsets)) t.equal(offset(at, zone), words, zone);
  t.equal(offset(new Date('2026-07-15T12:00:00Z'), 'Australia/Lord_Howe'), 'UTC+10:30');
  t.equal(offset(new Date('1971-06-01T00:00:00Z'), 'Africa/Monrovia'), 'UTC-00:44:30', 'to the second');
  t.equal(
    exact(new Date('2026-03-10T08:12:07Z'), 'Europe/Berlin'),
    'Tue 10 March 2026, 09:12:07 UTC+01:00',
    'nothing left to guess',
  );
});

/** The offset of a zone at a moment that reads so there, from ICU alone; with two such moments the first, with none as before the change. */
function oracleMoment(written: number, zone: string): number {
  const offsets = new Set<number>();
  for (let by = -48; by <= 48; by++) offsets.add(offsetMs(written + (by * HOUR) / 2, zone));
  const moments = [...offsets]
    .map((ms) => written - ms)
    .filter((at) => at + offsetMs(at, zone) === written)
    .sort((a, b) => a - b);
  return moments[0] ?? written - offsetMs(written - DAY, zone);
}

t.test('fromLocalInput reads back what localInput writes, in every zone', async (t) => {
  for (const zone of ZONES) {
    const wrong: string[] = [];
    for (let at = Date.UTC(1975, 0, 1, 1, 2, 3); at < Date.UTC(2040, 0, 1); at += 97 * DAY + 5 * HOUR) {
      const text = localInput(new Date(at), zone);
      const back = fromLocalInput(text, zone);
      if (!back || localInput(back, zone) !== text || back.getTime() > at) wrong.push(text);
    }
    t.strictSame(wrong, [], zone);
  }
});

t.test(
  'fromLocalInput around each change of the clocks: of two moments the first, of none the offset before',
  async (t) => {
    for (const { zone, at } of CHANGES.filter((change) => change.at > Date.UTC(1970, 0, 1))) {
      const before = at + offsetMs(at - 1000, zone);
      const after = at + offsetMs(at, zone);
      const middle = (before + after) / 2;
      const readings = [before, after, middle].flatMap((reading) =>
        [-90, -30, -1, 0, 1, 30, 90].map((by) => reading + by * MINUTE),
      );
      const written = readings.map((reading) => new Date(reading).toISOString().slice(0, 19));
      t.strictSame(
        written.map((text) => fromLocalInput(text, zone)?.toISOString()),
        readings.map((reading) =>
          new Date(
            oracleMoment(Date.parse(`${new Date(reading).toISOString().slice(0, 19)}Z`), zone),
          ).toISOString(),
        ),
        `${zone} ${new Date(at).toISOString()}`,
      );
    }
  },
);

t.test('the hour that is skipped, and the one that comes twice', async (t) => {
  const read: [text: string, zone: string, moment: string][] = [
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
    ['2026-03-10 09:12:07', 'Asia/Kathmandu', '2026-03-10T03:27:07.000Z'],
  ];
  for (const [text, zone, moment] of read)
    t.equal(fromLocalInput(text, zone)?.toISOString(), moment, `${text} ${zone}`);
});

t.test('what is no date and time is not read', async (t) => {
  const texts = [
    '',
    'yesterday',
    '2026-03-10',
    '09:12',
    '2026-02-30T09:12',
    '2025-02-29T09:12',
    '2026-04-31T09:12',
    '2026-13-01T09:12',
    '2026-00-10T09:12',
    '2026-03-00T09:12',
    '2026-03-10T24:00',
    '2026-03-10T25:00',
    '2026-03-10T09:60',
    '2026-03-10T09:12:60',
    '2026-03-10T09:12Z',
    '2026-03-10T09:12+01:00',
    '2026-03-10T9:12',
    '26-03-10T09:12',
    '2026-3-10T09:12',
    ' 2026-03-10T09:12',
    '2026-03-10T09:12\n',
    '2026-03-10T09:12:07.123',
    '２０２６-03-10T09:12',
    `2026-03-10T09:12${'0'.repeat(100_000)}`,
  ];
  for (const text of texts)
    t.equal(fromLocalInput(text, 'Europe/Berlin'), undefined, JSON.stringify(text.slice(0, 30)));
  t.equal(fromLocalInput('2024-02-29T23:59', 'UTC')?.toISOString(), '2024-02-29T23:59:00.000Z');
});

t.test('zones: those that ICU knows, and no others', async (t) => {
  for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Etc/GMT+12']) t.ok(isTimeZone(zone), zone);
  for (const zone of ['', 'Berlin', 'Europe/Atlantis', 'Europe/Berlin ', '../etc', 'UTC+1'])
    t.notOk(isTimeZone(zone), zone);
});

t.test('near: the time today, the weekday within six days, then the date, then the year', async (t) => {
  const now = new Date('2026-03-10T08:12:00Z');
  const berlin = (text: string) => near(new Date(text), now, 'Europe/Berlin');
  t.equal(berlin('2026-03-10T08:12:00Z'), '09:12');
  t.equal(berlin('2026-03-09T23:00:00Z'), '00:00', 'today begins at midnight of the zone');
  t.equal(berlin('2026-03-09T22:59:59Z'), 'Mon 23:59');
  t.equal(berlin('2026-03-10T22:59:59Z'), '23:59', 'and ends there');
  t.equal(berlin('2026-03-10T23:00:00Z'), 'Wed 00:00');
  t.equal(berlin('2026-03-04T08:12:01Z'), 'Wed 09:12', 'within six days');
  t.equal(berlin('2026-03-04T08:12:00Z'), '4 Mar, 09:12', 'six days ago');
  t.equal(berlin('2026-03-16T08:11:59Z'), 'Mon 09:11');
  t.equal(berlin('2026-03-16T08:12:00Z'), '16 Mar, 09:12', 'six days ahead');
  t.equal(berlin('2025-12-31T23:00:00Z'), '1 Jan, 00:00', 'the year begins at midnight of the zone');
  t.equal(berlin('2025-12-31T22:59:59Z'), '31 Dec 2025, 23:59');
  t.equal(berlin('2026-09-30T22:30:00Z'), '1 Oct, 00:30');
  t.equal(near(new Date('2026-03-10T04:00:00Z'), now, 'America/New_York'), '00:00');
  t.equal(near(new Date('2026-03-10T03:59:00Z'), now, 'America/New_York'), 'Mon 23:59');
  t.equal(near(new Date('2026-03-09T18:15:00Z'), now, 'Asia/Kathmandu'), '00:00');
  t.equal(near(new Date('2026-03-09T18:14:00Z'), now, 'Asia/Kathmandu'), 'Mon 23:59');

  const days = new Set<string>();
  for (let at = now.getTime() - 6 * DAY + 1; at <= now.getTime(); at += HOUR)
    days.add(near(new Date(at), now, 'UTC').slice(0, 3));
  t.notOk([...days].includes('Tue'), 'no weekday is taken for today’s');
});

t.test('durations: whole units only, none of them zero, the largest first', async (t) => {
  const read: [ms: number, all: string, short: string, rough: string][] = [
    [0, '0 s', '0 s', 'under 1 min'],
    [999, '0 s', '0 s', 'under 1 min'],
    [1000, '1 s', '1 s', 'under 1 min'],
    [MINUTE - 1, '59 s', '59 s', 'under 1 min'],
    [MINUTE, '1 min', '1 min', '1 min'],
    [90_000, '1 min', '1 min', '1 min'],
    [HOUR - 1, '59 min', '59 min', '59 min'],
    [HOUR, '1 h', '1 h', '1 h'],
    [HOUR + MINUTE, '1 h 1 min', '1 h 1 min', '1 h'],
    [DAY - 1, '23 h 59 min', '23 h 59 min', '23 h'],
    [DAY, '1 d', '1 d', '24 h'],
    [DAY + MINUTE, '1 d 1 min', '1 d 1 min', '24 h'],
    [DAY + 9 * HOUR + 48 * MINUTE, '1 d 9 h 48 min', '1 d 9 h', '33 h'],
    [2 * DAY - 1, '1 d 23 h 59 min', '1 d 23 h', '47 h'],
    [2 * DAY, '2 d', '2 d', '2 d'],
    [3 * DAY - 1, '2 d 23 h 59 min', '2 d 23 h', '2 d'],
    [400 * DAY, '400 d', '400 d', '400 d'],
    [-1, '0 s', '0 s', 'under 1 min'],
    [-DAY, '0 s', '0 s', 'under 1 min'],
  ];
  for (const [ms, all, short, rough] of read)
    t.strictSame([duration(ms), inShort(ms), roughly(ms)], [all, short, rough], String(ms));

  const UNITS: Record<string, number> = { s: 1000, min: MINUTE, h: HOUR, d: DAY };
  const added = (text: string) =>
    [...text.matchAll(/(\d+) (\w+)/g)].reduce(
      (sum, [, n, unit = '']) => sum + Number(n) * (UNITS[unit] ?? Number.NaN),
      0,
    );
  for (let ms = 1; ms < 100 * DAY; ms = Math.ceil(ms * 1.07) + 1) {
    const unit = ms < MINUTE ? 1000 : MINUTE;
    const whole = ms - (ms % unit);
    if (added(duration(ms)) !== whole) t.equal(added(duration(ms)), whole, `${ms} ms add up`);
    if (added(inShort(ms)) > whole || whole - added(inShort(ms)) >= HOUR)
      t.fail(`${ms} in short: ${inShort(ms)}`);
  }
});

t.test('ago: never more than has passed', async (t) => {
  const now = new Date('2026-03-10T08:12:00Z');
  const read: [ms: number, words: string][] = [
    [0, 'just now'],
    [MINUTE - 1, 'just now'],
    [MINUTE, '1 min ago'],
    [HOUR - 1, '59 min ago'],
    [14 * HOUR, '14 h ago'],
    [2 * DAY - 1, '47 h ago'],
    [3 * DAY, '3 d ago'],
    [-1, 'in under 1 min'],
    [-MINUTE, 'in 1 min'],
    [-3 * DAY, 'in 3 d'],
  ];
  for (const [ms, words] of read) t.equal(ago(new Date(now.getTime() - ms), now), words, String(ms));
});

t.test('numbers have their thousands apart', async (t) => {
  t.strictSame([0, 7, 999, 1000, 3369, 1_234_567, -1000].map(count), [
    '0',
    '7',
    '999',
    '1,000',
    '3,369',
    '1,234,567',
    '-1,000',
  ]);
});
