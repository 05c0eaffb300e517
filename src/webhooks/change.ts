import { invalid } from '../problem.ts';
import type { TargetInput } from './target.ts';
import { readTargetUrl } from './target-url.ts';
import { checkedAddresses, type WebhookWorld } from './world.ts';

/**
 * Looks at the address that was typed, so that whoever typed it hears at once where nothing will ever be sent. It is
 * looked at again with each connection.
 */
export async function checkUrl(
  world: WebhookWorld,
  { url: typed }: Pick<TargetInput, 'url'>,
  field: string,
): Promise<void> {
  if (!typed) return;
  const url = readTargetUrl(typed);
  if (typeof url === 'string') throw invalid(field, url);
  const where = await checkedAddresses(world, url);
  if ('refused' in where) throw invalid(field, where.refused);
  if ('unknown' in where) throw invalid(field, where.unknown);
}
