import { rmSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import type { SMTPServer } from 'smtp-server';
import type { Desk } from '../app.ts';
import { BadSetting, type Config } from '../config.ts';
import { Intake } from './intake.ts';
import { watchMailboxes } from './mailboxes/watch-mailboxes.ts';
import { Room } from './room.ts';

/** All mails together that are on their way in at a time, in octets. */
const IN_FLIGHT = 128 * 1024 * 1024;
const LONGEST_MAIL_MS = 240_000;

type Ways = Pick<Config, 'smtpListen' | 'intakeAddresses'>;

/** Throws {@link BadSetting} where mail from anywhere would be taken for anybody. */
export function checkMailIn({ smtpListen, intakeAddresses }: Ways): void {
  if (smtpListen.length > 0 && intakeAddresses.length === 0)
    throw new BadSetting(
      `SMTP_LISTEN=${JSON.stringify(smtpListen.join(','))}: INTAKE_ADDRESSES must name the addresses that mail is taken for by SMTP`,
    );
}

type Place = { path: string } | { host: string; port: number };

function placeOf(text: string): Place {
  if (text.startsWith('/')) return { path: text };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** A socket that a killed process left is in nobody's way, and one that answers is left alone. */
async function clearSocket(path: string): Promise<void> {
  const { connect } = await import('node:net');
  const isLeft = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => resolve(false));
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.on('connect', () => probe.destroy());
  });
  if (isLeft) rmSync(path, { force: true });
}

async function startListeners({ config, db }: Desk, logger: FastifyBaseLogger): Promise<() => Promise<void>> {
  const wanted = (['lmtp', 'smtp'] as const).flatMap((protocol) =>
    config[`${protocol}Listen`].map((text) => ({ protocol, text, place: placeOf(text) })),
  );
  if (wanted.length === 0) return async () => undefined;
  const { mailListener } = await import('./listener.ts');
  const intake = new Intake(db);
  const limits = {
    max: config.mailMaxBytes,
    room: new Room(Math.max(IN_FLIGHT, config.mailMaxBytes)),
    longest: LONGEST_MAIL_MS,
  };
  const servers: SMTPServer[] = [];
  for (const { protocol, text, place } of wanted) {
    if ('path' in place) await clearSocket(place.path);
    const warn = (error: unknown) => logger.warn({ err: error }, 'mail in');
    const { intakeAddresses } = config;
    const server = mailListener({ protocol, intake, limits, intakeAddresses, warn });
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(place, () => {
        server.server.off('error', reject);
        resolve();
      });
    }).catch((error) => {
      throw new BadSetting(
        `${protocol.toUpperCase()}_LISTEN: ${text} cannot be listened on (${(error as NodeJS.ErrnoException).code})`,
      );
    });
    logger.info(`mail is taken by ${protocol.toUpperCase()} at ${text}`);
    servers.push(server);
  }
  return async () => {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))));
  };
}

function startMailboxes({ config, db, secrets }: Desk, logger: FastifyBaseLogger): () => Promise<void> {
  const warn = (error: unknown) => logger.warn({ err: error }, 'mailboxes');
  return watchMailboxes({ db, secrets, mailMaxBytes: config.mailMaxBytes, intake: new Intake(db), warn });
}

/** Takes mail in by all ways that are set up. What speaks IMAP or SMTP is loaded where it is needed. Returns the stop. */
export async function startMailIn(desk: Desk, logger: FastifyBaseLogger): Promise<() => Promise<void>> {
  const endListeners = await startListeners(desk, logger);
  const endMailboxes = startMailboxes(desk, logger);
  return async () => {
    await Promise.all([endListeners(), endMailboxes()]);
  };
}
