/** Pure: what a browser calls itself (RFC 9110 § 10.1.5), in words that a person knows it by. */

/** The first that fits: most browsers name others too. */
const BROWSERS: [sign: string, name: string][] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Vivaldi/', 'Vivaldi'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chromium/', 'Chromium'],
  ['HeadlessChrome/', 'Chrome without a window'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
];
const SYSTEMS: [sign: string, name: string][] = [
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Windows', 'Windows'],
  ['Macintosh', 'a Mac'],
  ['FreeBSD', 'FreeBSD'],
  ['OpenBSD', 'OpenBSD'],
  ['Linux', 'Linux'],
];

const nameIn = (list: typeof BROWSERS, userAgent: string) =>
  list.find(([sign]) => userAgent.includes(sign))?.[1];

/** `Firefox on Linux`; versions are left out, so that an update is no other browser. */
export function browserWords(userAgent: string): string {
  const browser =
    nameIn(BROWSERS, userAgent) ?? (userAgent ? 'another program' : 'a program that does not say');
  const system = nameIn(SYSTEMS, userAgent);
  return system ? `${browser} on ${system}` : browser;
}
