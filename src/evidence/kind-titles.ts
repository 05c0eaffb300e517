let titles: Promise<Map<string, string>> | undefined;

/** Title of each kind of evidence by its key, in the order of pages. The kinds load when a page first needs them, not with every start. */
export function kindTitles(): Promise<Map<string, string>> {
  titles ??= Promise.all([
    import('./kinds.ts'),
    import('./sample/sample-message.ts'),
    import('../snds/kind.ts'),
    import('../complaints/kind.ts'),
    import('../observations/kind.ts'),
    import('./places/places.ts'),
  ]).then(
    ([{ KINDS }, { SAMPLE }, { SNDS }, { COMPLAINTS }, { DELIVERIES }, { PLACES, kindOfPlace }]) =>
      new Map([
        ...[...KINDS, SNDS, COMPLAINTS, DELIVERIES, SAMPLE].map(({ key, title }) => [key, title] as const),
        ...PLACES.map((place) => [kindOfPlace(place), place.name] as const),
      ]),
  );
  return titles;
}
