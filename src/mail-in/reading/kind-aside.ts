import type { MessageKind } from '../../database/tables.ts';
import { mailKind } from './mail-kind.ts';

export type KindAside = { raw: Uint8Array; envelopeSender: string | null; subject: string };

/** Finds a large mail's kind in another thread, where a Buffer is none any more. */
export default ({ raw, ...told }: KindAside): MessageKind =>
  mailKind(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength), told);
