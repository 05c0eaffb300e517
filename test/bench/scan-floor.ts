import { open } from 'node:fs/promises';

/**
 * Child of the bench: the least that a product has to do in Node. Splits lines, takes queue id, domain, relay,
 * enhanced code, status and reply out by `indexOf` alone, groups.
 */

const [file = ''] = process.argv.slice(2);
const groups = new Map<string, { count: number; id: string; relay: string; text: string }>();

function group(line: string): void {
  const status = line.indexOf(', status=');
  if (status < 0) return;
  const program = line.indexOf('/smtp[');
  if (program < 0) return;
  const to = line.indexOf(': to=<', program);
  const id = line.slice(line.indexOf(']: ', program) + 3, to);
  const end = line.indexOf('>', to + 6);
  const domain = line.slice(line.lastIndexOf('@', end) + 1, end);
  const at = line.indexOf(', relay=', end) + 8;
  const relay = line.slice(at, line.indexOf(',', at));
  const dsn = line.slice(line.indexOf(', dsn=', end) + 6, status);
  const blank = line.indexOf(' ', status + 9);
  const key = `${domain}|${line.slice(status + 9, blank)}|${dsn}`;
  const known = groups.get(key);
  if (known) known.count += 1;
  else groups.set(key, { count: 1, id, relay, text: line.slice(blank + 2, -1) });
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
