/** How a dossier is written: in whose zone and words. */
export type DossierOptions = {
  zone: string;
  now: Date;
  providerName: string;
  /** Titles of the kinds of evidence, by key. */
  kindTitles: Map<string, string>;
};
