import { connect } from 'node:net';
import type { Hear } from './port.ts';
import { answers } from './question.ts';
import type { ServerAddress } from './server-address.ts';

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** Asks over TCP, each message after its length (RFC 1035 § 4.2.2), for what is too long for UDP; gives what forgets it. */
export function askOverTcp({ host, port }: ServerAddress, question: Buffer, hear: Hear): () => void {
  const socket = connect({ host, port });
  const chunks: Buffer[] = [];
  let [got, wanted] = [0, Number.POSITIVE_INFINITY];
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    got += chunk.length;
    if (got < 2) return;
    if (wanted === Number.POSITIVE_INFINITY) wanted = 2 + Buffer.concat(chunks).readUInt16BE(0);
    if (got >= wanted) socket.destroy();
  });
  // What follows an error, an end and an answer alike.
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    const message = Buffer.concat(chunks).subarray(2, wanted);
    hear(got >= wanted && answers(message, question) ? message : undefined);
  });
  socket.write(Buffer.concat([u16(question.length), question]));
  return () => socket.destroy();
}
