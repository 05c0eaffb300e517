import type { Config } from '../config.ts';
import type { Ask } from '../dns/answer.ts';
import { openDns } from '../dns/open.ts';
import { type PrivateTarget, readPrivateTarget } from '../outside/allowed-targets.ts';
import { openPost, type Post } from '../outside/post.ts';
import { type WhereTo, whereTo } from '../outside/where-to.ts';
import { linkBase } from '../web/links.ts';

/** What a webhook is sent with. */
export type WebhookWorld = {
  ask: Ask;
  post: Post;
  opened: PrivateTarget[];
  /** Our origin as links in events name it. */
  base: string;
  /** A demonstration sends nothing. */
  isSilent: boolean;
};

export const openWebhookWorld = (config: Config): WebhookWorld => ({
  ask: openDns({ servers: config.dnsServers }).ask,
  post: openPost(),
  opened: config.webhookPrivateTargets.flatMap((text) => readPrivateTarget(text) ?? []),
  base: linkBase(config),
  isSilent: config.demo,
});

export const checkedAddresses = (world: WebhookWorld, url: URL): Promise<WhereTo> =>
  whereTo(url, world.ask, world.opened);
