import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Faces that are put into the file, so that it reads the same everywhere: Latin, Greek, Cyrillic, Hebrew, Arabic. */
const FILES = {
  text: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
  code: 'DejaVuSansMono.ttf',
} as const;
export type Face = keyof typeof FILES;
export const FACES = Object.keys(FILES) as Face[];

const loaded = new Map<Face, Buffer>();

/** The font's file, read once. */
export function fontFile(face: Face): Buffer {
  const known = loaded.get(face);
  if (known) return known;
  const folder = new URL('ttf/', import.meta.resolve('dejavu-fonts-ttf/package.json'));
  const bytes = readFileSync(fileURLToPath(new URL(FILES[face], folder)));
  loaded.set(face, bytes);
  return bytes;
}
