import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { freePort } from '../free-port.ts';

/** The shipped nginx configuration in front of real server processes, on ports of this test's own. */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const NAME = 'desk.example.com';
export const TOKEN = 'a-bootstrap-token-for-deploy';
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path));
const OPENSSL = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((path) => existsSync(path));

/** Why none can be started here; undefined: it can. */
export const noNginx = (): string | undefined =>
  NGINX && OPENSSL ? undefined : 'nginx and openssl are needed: apt-get install nginx-light openssl';

type TcpHandle = {
  fd: number;
  bind: (host: string, port: number) => number;
  getsockname: (into: object) => number;
  close: () => void;
};

/** A socket that is bound and held, as systemd holds one: whoever it is handed to listens on it. */
export class HeldSocket {
  readonly port: number;
  readonly #handle: TcpHandle;

  constructor() {
    const { TCP, constants } = (
      process as unknown as {
        binding: (name: string) => {
          TCP: new (kind: number) => TcpHandle;
          constants: { SERVER: number };
        };
      }
    ).binding('tcp_wrap');
    this.#handle = new TCP(constants.SERVER);
    this.#handle.bind('127.0.0.1', 0);
    const name: { port?: number } = {};
    this.#handle.getsockname(name);
    this.port = name.port ?? 0;
  }

  get fd(): number {
    return this.#handle.fd;
  }

  close(): void {
    this.#handle.close();
  }
}

/** The process, as its unit starts it: the socket is descriptor 3, and its pid says whom it is for. */
export class Server {
  readonly child: ChildProcess;
  said = '';
  readonly gone: Promise<number | null>;

  constructor(socket: HeldSocket, environment: Record<string, string>) {
    this.child = spawn('sh', ['-c', `LISTEN_PID=$$ LISTEN_FDS=1 exec "${process.execPath}" src/main.js`], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', socket.fd],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (piece) => {
        this.said += piece;
      });
    this.gone = new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
  }

  async hears(words: RegExp): Promise<RegExpExecArray> {
    for (let waited = 0; waited < 60_000; waited += 50) {
      const found = words.exec(this.said);
      if (found) return found;
      if (this.child.exitCode !== null) break;
      await setTimeout(50);
    }
    throw new Error(`The server did not say ${words}: ${this.said}`);
  }

  /** Exit status after SIGTERM. */
  stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.gone;
  }
}

export type Front = { http: number; https: number; folder: string; ca: string; stop: () => Promise<void> };

const answersAt = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** The shipped file with names of files and ports of this machine, and nothing else changed. */
export function confFor(
  shipped: string,
  { http, https, folder, upstream }: { http: number; https: number; folder: string; upstream: number },
): string {
  return shipped
    .replace(/^ *listen \[::\].*\n/gm, '')
    .replaceAll('listen 80', `listen 127.0.0.1:${http}`)
    .replaceAll('listen 443', `listen 127.0.0.1:${https}`)
    .replaceAll('server 127.0.0.1:3000', `server 127.0.0.1:${upstream}`)
    .replaceAll('/etc/ssl/delist-desk', folder)
    .replaceAll('/var/log/nginx', folder);
}

export async function startFront(t: Test, upstream: number): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-nginx-'));
  mkdirSync(join(folder, 'temp'));
  const [http = 0, https = 0] = [await freePort(), await freePort()];
  execFileSync(
    OPENSSL ?? '',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`],
      ...['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')],
    ],
    { stdio: 'ignore' },
  );
  const shipped = readFileSync(join(ROOT, 'src/deploy/nginx/delist-desk.conf'), 'utf8');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, 'temp')};`)
    .join('\n');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log ${folder}/error.log warn;
events { worker_connections 512; }
http {\n${temp}\n${confFor(shipped, { http, https, folder, upstream })}}\n`,
  );
  const child = spawn(
    NGINX ?? '',
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', `${folder}/error.log`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (piece) => {
    said += piece;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  t.teardown(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let waited = 0; !(await answersAt(https)); waited += 50) {
    if (waited > 20_000 || child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
    await setTimeout(50);
  }
  return { http, https, folder, ca: readFileSync(join(folder, 'fullchain.pem'), 'utf8'), stop };
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };
export type Asked = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Over HTTP without TLS. */
  plain?: boolean;
  /** The name that TLS is asked for. */
  serverName?: string;
  /** Called with each piece of the answer; the rest is not waited for once it says true. */
  piece?: (text: string) => boolean;
};

/** A client of the proxy: it checks the certificate and keeps cookies. */
export class Client {
  readonly cookies = new Map<string, string>();
  csrf = '';
  readonly front: Front;

  constructor(front: Front) {
    this.front = front;
  }

  get host(): string {
    return `${NAME}:${this.front.https}`;
  }

  ask(path: string, asked: Asked = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, plain = false, serverName = NAME, piece } = asked;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: plain ? this.front.http : this.front.https,
        path,
        method,
        agent: false,
        headers: { host: this.host, ...(cookie ? { cookie } : {}), ...headers },
      };
      const send = plain
        ? overHttp(options)
        : overHttps({ ...options, servername: serverName, ca: this.front.ca });
      send.on('error', reject);
      send.on('response', (answer) => {
        let text = '';
        const end = () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        answer.setEncoding('utf8');
        answer.on('error', reject);
        answer.on('data', (more: string) => {
          text += more;
          if (piece?.(text)) {
            end();
            send.destroy();
          }
        });
        answer.on('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) {
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
            this.cookies.set(name, value);
          }
          this.csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.csrf;
          end();
        });
      });
      send.end(body);
    });
  }

  form(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: this.csrf, ...fields }).toString(),
    });
  }

  api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Client(this.front).ask(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A form with one file. */
  upload(path: string, file: Buffer): Promise<Answer> {
    const boundary = 'a-boundary-of-this-test';
    const part = (name: string, rest: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n`;
    const body = Buffer.concat([
      Buffer.from(
        `${part('_csrf', '')}${this.csrf}\r\n${part('file', '; filename="a.eml"\r\nContent-Type: message/rfc822')}`,
      ),
      file,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    return this.ask(path, {
      method: 'POST',
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': String(body.length),
      },
      body,
    });
  }
}
