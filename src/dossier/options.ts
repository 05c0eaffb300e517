/** How a dossier is written: in whose zone and words, and with or without what is for us alone. */
export type DossierOptions = {
  zone: string;
  now: Date;
  providerName: string;
  /** Titles of the kinds of evidence, by key. */
  kindTitles: Map<string, string>;
  /** Notes, and the reasons that people gave each other. */
  withNotes: boolean;
};
