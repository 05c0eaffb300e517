import type { FastifyRequest } from 'fastify';

/** Names of uploaded files, as the browser gave them, for as long as their bytes are there. */
const names = new WeakMap<Buffer, string>();

export const nameUpload = (bytes: Buffer, name: string): void => {
  names.set(bytes, name);
};

/** The files of one field of a form; one that was left empty is none. */
export function uploadsIn(request: FastifyRequest, field: string): { name: string; bytes: Buffer }[] {
  return [(request.body as Record<string, unknown> | undefined)?.[field]]
    .flat()
    .filter((value) => Buffer.isBuffer(value))
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => ({ name: names.get(bytes) ?? '', bytes }));
}
