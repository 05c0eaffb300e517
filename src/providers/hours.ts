/** Hours in words, in the unit that reads best; empty where nothing is known. */
export const hours = (value: number | undefined): string =>
  value === undefined
    ? ''
    : value < 1
      ? `${Math.round(value * 60)} min`
      : value < 72
        ? `${value} h`
        : `${Math.round((value / 24) * 10) / 10} days`;
