/** The same octets as a Buffer, which arrives from another thread as a plain array of them. */
export const bufferOf = (octets: Uint8Array): Buffer =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
