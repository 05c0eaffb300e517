import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import { MAX_BODY_BYTES, MAX_REPORT_BYTES } from './limits.ts';
import { TOO_LARGE } from './problems.ts';

/** Names of uploaded files, as the browser gave them, for as long as their bytes are there. */
const names = new WeakMap<Buffer, string>();

const fieldOf = (request: FastifyRequest, field: string): unknown =>
  (request.body as Record<string, unknown> | undefined)?.[field];

/** The files of one field of a form; one that was left empty is none. */
export const uploadsIn = (request: FastifyRequest, field: string): { name: string; bytes: Buffer }[] =>
  [fieldOf(request, field)]
    .flat()
    .filter((value) => Buffer.isBuffer(value))
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => ({ name: names.get(bytes) ?? '', bytes }));

/** What a form brings: the chosen file byte for byte, else what was pasted into another field. */
export function fileOrPasted(request: FastifyRequest, pasted: string): { raw: Buffer; fileName: string } {
  const [file] = uploadsIn(request, 'file');
  if (file) return { raw: file.bytes, fileName: file.name };
  const text = fieldOf(request, pasted);
  return { raw: Buffer.from(typeof text === 'string' ? text : ''), fileName: '' };
}

/** The files that were chosen in one field of a form, by name. */
export type ChosenFiles = { field: string; names: string[] };

/** What was chosen: a form that comes again cannot hold it, since a browser hands no file back. */
export const filesToChooseAgain = (request: FastifyRequest): ChosenFiles[] =>
  Object.keys((request.body ?? {}) as object).flatMap((field) => {
    const files = uploadsIn(request, field);
    return files.length === 0 ? [] : [{ field, names: files.map(({ name }) => name || 'the file') }];
  });

/** An uploaded file becomes a field with its bytes; its name is kept beside it. */
async function keepFile(part: MultipartFile & { value?: unknown }): Promise<void> {
  const bytes = await part.toBuffer();
  names.set(bytes, part.filename ?? '');
  part.value = bytes;
}

/** Small fields and boundaries beside what a form carries. */
const BESIDE_BYTES = MAX_BODY_BYTES;

/**
 * Such a form is read into memory, with whatever it has of fields and files: it says beforehand how long it is, and is
 * refused unread where that is more than its route takes.
 */
async function refuseLong({ headers, routeOptions }: FastifyRequest): Promise<void> {
  if (!/^multipart\//i.test(headers['content-type'] ?? '')) return;
  const most = routeOptions.bodyLimit + BESIDE_BYTES;
  if (Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) > most)
    throw new Problem('too-large', TOO_LARGE);
}

/** A text that was too long for its field arrives cut off: it is refused, never kept in part. */
async function refuseCut(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return;
  for (const value of Object.values(request.body as object).flat())
    if (typeof value === 'string' && Buffer.byteLength(value) > MAX_REPORT_BYTES)
      throw new Problem('too-large', TOO_LARGE);
}

/** Forms with files. */
export async function takeUploads(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', refuseLong);
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    onFile: keepFile,
    limits: {
      // One more than is taken: what is longer is cut off here, and refused below.
      fieldSize: MAX_REPORT_BYTES + 1,
      fileSize: MAX_REPORT_BYTES,
      fields: 100,
      files: 5,
      parts: 120,
      fieldNameSize: 100,
      headerPairs: 50,
    },
  });
  app.addHook('preValidation', refuseCut);
}
