/** Modules of white around the code (ISO/IEC 18004 § 5.3.8). */
const QUIET = 4;

/** Pure: a text as a QR code: the side in modules, and its dark ones as one SVG path. */
export async function qrCode(text: string): Promise<{ side: number; path: string }> {
  const { default: qrcode } = await import('qrcode-generator');
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  let path = '';
  for (let row = 0; row < modules; row++)
    for (let column = 0; column < modules; column++)
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
  return { side: modules + 2 * QUIET, path };
}
