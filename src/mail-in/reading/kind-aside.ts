import { bufferOf } from '../../aside/buffer-of.ts';
import type { MessageKind } from '../../database/tables.ts';
import { mailKind } from './mail-kind.ts';

export type KindAside = { raw: Uint8Array; envelopeSender: string | null; subject: string };

/** Finds a large mail's kind in another thread. */
export default ({ raw, ...told }: KindAside): MessageKind => mailKind(bufferOf(raw), told);
