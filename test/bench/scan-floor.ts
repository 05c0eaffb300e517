import { open } from 'node:fs/promises';

/** Child of the bench: the least that can be done in Node. Splits lines, takes the fields out, groups. */

const [file = ''] = process.argv.slice(2);
const groups = new Map<string, { count: number; text: string }>();

function group(line: string): void {
  const status = line.indexOf(', status=');
  if (status < 0) return;
  const to = line.indexOf(' to=<');
  const end = line.indexOf('>', to);
  const domain = line.slice(line.lastIndexOf('@', end) + 1, end);
  const relay = line.indexOf(', relay=', end) + 8;
  const host = line.slice(relay, line.indexOf('[', relay));
  const dsn = line.indexOf(', dsn=', relay) + 6;
  const blank = line.indexOf(' ', status + 9);
  const key = `${domain}|${line.slice(status + 9, blank)}|${line.slice(dsn, status)}`;
  const known = groups.get(key);
  if (known) known.count += 1;
  else groups.set(key, { count: 1, text: `${host} ${line.slice(blank + 2, -1)}` });
}

const started = { at: performance.now(), cpu: process.threadCpuUsage() };
const handle = await open(file);
const buffer = Buffer.allocUnsafe(1 << 20);
let rest = '';
for (;;) {
  const { bytesRead } = await handle.read(buffer, 0, buffer.length);
  if (bytesRead === 0) break;
  const text = rest + buffer.toString('latin1', 0, bytesRead);
  let from = 0;
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    group(text.slice(from, to));
    from = to + 1;
  }
  rest = text.slice(from);
}
if (rest !== '') group(rest);
const took = performance.now() - started.at;
const { user, system } = process.threadCpuUsage(started.cpu);
await handle.close();
process.stdout.write(
  JSON.stringify({
    took,
    cpu: (user + system) / 1000,
    peak: process.resourceUsage().maxRSS,
    groups: groups.size,
  }),
);
