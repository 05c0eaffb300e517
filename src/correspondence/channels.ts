import type { Channel as ChannelKey } from '../database/tables.ts';
import { Type } from '../json-schema.ts';

/** The ways that a letter or an answer takes, in words. */
export const CHANNEL_WORDS: Record<ChannelKey, string> = {
  form: 'form',
  email: 'e-mail',
  portal: 'portal',
  phone: 'telephone',
  other: 'another way',
};

const CHANNELS = Object.keys(CHANNEL_WORDS) as ChannelKey[];

export const Channel = Type.Enum(CHANNELS);
export const channelOptions = CHANNELS.map((key) => ({ key, words: CHANNEL_WORDS[key] }));
