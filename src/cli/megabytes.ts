/** `21 kB`, `3.4 MB`. */
export const megabytes = (octets: number): string =>
  octets < 1_000_000 ? `${Math.ceil(octets / 1000)} kB` : `${(octets / 1_000_000).toFixed(1)} MB`;
