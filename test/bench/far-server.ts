import { createSocket, type RemoteInfo } from 'node:dgram';

/** A server that is some milliseconds away, by a relay; zones that are named do not answer at all. */
export async function startFarServer(server: string, milliseconds: number, dead: string[] = []) {
  const [host, port] = server.split(':');
  const [front, back] = [createSocket('udp4'), createSocket('udp4')];
  const senders = new Map<number, { id: number; from: RemoteInfo }>();
  let next = 0;
  const marks = dead
    .map((zone) => zone.split('.')[0] ?? '')
    .map((label) => `${String.fromCharCode(label.length)}${label}`);

  front.on('message', (message, from) => {
    if (marks.some((mark) => message.includes(mark, 12, 'latin1'))) return;
    next = (next + 1) & 0xffff;
    senders.set(next, { id: message.readUInt16BE(0), from });
    const copy = Buffer.from(message);
    copy.writeUInt16BE(next, 0);
    back.send(copy, Number(port), host);
  });
  back.on('message', (message) => {
    const sender = senders.get(message.readUInt16BE(0));
    if (!sender) return;
    senders.delete(message.readUInt16BE(0));
    message.writeUInt16BE(sender.id, 0);
    setTimeout(() => front.send(message, sender.from.port, sender.from.address), milliseconds);
  });
  await new Promise<void>((done) => front.bind(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${front.address().port}`,
    close: () => {
      front.close();
      back.close();
    },
  };
}
