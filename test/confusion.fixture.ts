/** Rows are what it is, columns what it was read as; what nothing was read as is left out. */
export function confusion(pairs: { is: string; read: string }[]): string[] {
  const names = [...new Set(pairs.flatMap(({ is, read }) => [is, read]))].sort();
  const width = Math.max(...names.map((name) => name.length));
  const count = (is: string, read: string) =>
    pairs.filter((one) => one.is === is && one.read === read).length;
  const read = names.filter((name) => pairs.some((one) => one.read === name));
  return [
    `${'is \\ read as'.padEnd(width)} ${read.map((name) => name.slice(0, 9).padStart(9)).join(' ')}`,
    ...names
      .filter((name) => pairs.some((one) => one.is === name))
      .map(
        (is) =>
          `${is.padEnd(width)} ${read.map((one) => String(count(is, one) || '·').padStart(9)).join(' ')}`,
      ),
  ];
}
