let titles: Promise<Map<string, string>> | undefined;

/** Title of each kind of evidence by its key, in the order of pages. The kinds load when a page first needs them, not with every start. */
export function kindTitles(): Promise<Map<string, string>> {
  titles ??= Promise.all([
    import('./kinds.ts'),
    import('./recorded-kinds.ts'),
    import('./sample/sample-message.ts'),
    import('./places/places.ts'),
  ]).then(
    ([{ KINDS }, { RECORDED_KINDS }, { SAMPLE }, { PLACES, kindOfPlace }]) =>
      new Map([
        ...[...KINDS, ...RECORDED_KINDS, SAMPLE].map(({ key, title }) => [key, title] as const),
        ...PLACES.map((place) => [kindOfPlace(place), place.name] as const),
      ]),
  );
  return titles;
}
