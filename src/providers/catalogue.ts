import { readdirSync } from 'node:fs';
import { BadDataFile, fileName, readData } from '../data-file.ts';
import { providerFault } from './provider-faults.ts';
import {
  type CitedLists,
  CitedLists as CitedListsSchema,
  type Generic,
  Generic as GenericSchema,
  type Provider,
  Provider as ProviderSchema,
  type RejectionRule,
} from './schema.ts';
import { zoneFaults } from './zone-faults.ts';
import { type DeadZones, DeadZones as DeadZonesSchema } from './zone-schema.ts';

/** The checked catalogue: providers in the order of their names, and what holds for all others. */
export type Catalogue = {
  providers: Provider[];
  byKey: Map<string, Provider>;
  generic: RejectionRule[];
  genericCodes: Generic['codes'];
  lists: CitedLists;
  deadZones: DeadZones;
};

function readProvider(folder: URL, file: string): Provider {
  const url = new URL(file, folder);
  const provider = readData(ProviderSchema, url);
  const fault =
    `${provider.key}.json` === file
      ? providerFault(provider)
      : `/key is "${provider.key}" and must equal the file's name`;
  if (fault !== undefined) throw new BadDataFile(`${fileName(url)}: ${fault}`);
  return provider;
}

/** Reads and checks every data file. Throws {@link BadDataFile} on the first bad one. */
export function readCatalogue(folder: URL = new URL('./data/', import.meta.url)): Catalogue {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const providers = files
    .map((file) => readProvider(folder, file))
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const deadZones = readData(DeadZonesSchema, new URL('./dead-zones.json', import.meta.url));
  const [fault] = zoneFaults(providers, deadZones);
  if (fault !== undefined) throw new BadDataFile(`${fileName(folder)}${fault}`);
  const generic = readData(GenericSchema, new URL('./generic.json', import.meta.url));
  return {
    providers,
    byKey: new Map(providers.map((provider) => [provider.key, provider])),
    generic: generic.rules,
    genericCodes: generic.codes,
    lists: readData(CitedListsSchema, new URL('./lists.json', import.meta.url)),
    deadZones,
  };
}
