import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import {
  type CitedLists,
  CitedLists as CitedListsSchema,
  type Generic,
  Generic as GenericSchema,
  type Provider,
  Provider as ProviderSchema,
  type RejectionRule,
} from './schema.ts';

/** The checked catalogue: providers in the order of their names, and what holds for all others. */
export type Catalogue = {
  providers: Provider[];
  byKey: Map<string, Provider>;
  generic: RejectionRule[];
  genericCodes: Generic['codes'];
  lists: CitedLists;
};

/** A data file that does not hold to the schema; the message names file, path and rule. */
export class BadCatalogueFile extends Error {
  override name = 'BadCatalogueFile';
}

const ajv = new Ajv({ strict: true, allErrors: false });
const checks = {
  provider: ajv.compile<Provider>(ProviderSchema),
  generic: ajv.compile<Generic>(GenericSchema),
  lists: ajv.compile<CitedLists>(CitedListsSchema),
};

type Check<T> = { (data: unknown): data is T; errors?: typeof checks.provider.errors };

function readChecked<T>(file: URL, check: Check<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadCatalogueFile(`${file.pathname}: not JSON: ${(error as Error).message}`);
  }
  if (check(data)) return data;
  const first = check.errors?.[0];
  throw new BadCatalogueFile(
    `${file.pathname}: ${first?.instancePath || '/'} ${first?.message} (rule ${first?.schemaPath}, ${JSON.stringify(first?.params)})`,
  );
}

function readProvider(folder: URL, file: string): Provider {
  const url = new URL(file, folder);
  const provider = readChecked(url, checks.provider);
  if (`${provider.key}.json` !== file) {
    throw new BadCatalogueFile(`${url.pathname}: /key is "${provider.key}" and must equal the file's name`);
  }
  return provider;
}

/** Reads and checks every data file. Throws {@link BadCatalogueFile} on the first bad one. */
export function readCatalogue(folder: URL = new URL('./data/', import.meta.url)): Catalogue {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const providers = files
    .map((file) => readProvider(folder, file))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const generic = readChecked(new URL('./generic.json', import.meta.url), checks.generic);
  return {
    providers,
    byKey: new Map(providers.map((provider) => [provider.key, provider])),
    generic: generic.rules,
    genericCodes: generic.codes,
    lists: readChecked(new URL('./lists.json', import.meta.url), checks.lists),
  };
}
