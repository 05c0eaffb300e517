/** Rows as JSON for people and programs: hashes in hexadecimal, moments as RFC 3339. */
export const jsonLine = (value: unknown): string =>
  `${JSON.stringify(
    value,
    function replace(this: Record<string, unknown>, key, plain: unknown) {
      const given = this[key];
      if (Buffer.isBuffer(given)) return given.toString('hex');
      return given instanceof Map ? Object.fromEntries(given) : plain;
    },
    2,
  )}\n`;
