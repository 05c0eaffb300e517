import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Provider } from './schema.ts';

/** The checked catalogue: providers by key, in the order of their names. */
export type Catalogue = { providers: Provider[]; byKey: Map<string, Provider> };

/** A data file that does not hold to the schema; the message names file, path and rule. */
export class BadCatalogueFile extends Error {
  override name = 'BadCatalogueFile';
}

const validate = new Ajv({ strict: true, allErrors: false }).compile<Provider>(Provider);

function readProvider(folder: URL, file: string): Provider {
  const refuse = (why: string): never => {
    throw new BadCatalogueFile(`${new URL(file, folder).pathname}: ${why}`);
  };
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  } catch (error) {
    refuse(`not JSON: ${(error as Error).message}`);
  }
  if (!validate(data)) {
    const first = validate.errors?.[0];
    refuse(`${first?.instancePath || '/'} ${first?.message} (rule ${first?.schemaPath}, ${JSON.stringify(first?.params)})`);
  }
  const provider = data as Provider;
  if (`${provider.key}.json` !== file) refuse(`/key is "${provider.key}" and must equal the file's name`);
  return provider;
}

/** Reads and checks every data file. Throws {@link BadCatalogueFile} on the first bad one. */
export function readCatalogue(folder: URL = new URL('./data/', import.meta.url)): Catalogue {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
  const providers = files.map((file) => readProvider(folder, file)).sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return { providers, byKey: new Map(providers.map((provider) => [provider.key, provider])) };
}
