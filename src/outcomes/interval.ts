/** 95 per cent. */
const Z = 1.959964;

/**
 * Between which shares the true one lies with 95 per cent (Wilson's score interval), 0 to 1. It says how little a few
 * letters prove.
 */
export function interval(hits: number, of: number): { from: number; to: number } {
  if (of === 0) return { from: 0, to: 1 };
  const share = hits / of;
  const z2 = Z * Z;
  const middle = share + z2 / (2 * of);
  const reach = Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  const whole = 1 + z2 / of;
  return { from: Math.max(0, (middle - reach) / whole), to: Math.min(1, (middle + reach) / whole) };
}
