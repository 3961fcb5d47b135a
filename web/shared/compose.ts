/** Documents out of one file: each operation with the fragments it spreads. */
export function composer(source: string): { names: string[]; documentOf(name: string): string } {
  const definitions = new Map(
    source
      .split(/^(?=fragment |query |mutation |subscription )/m)
      .slice(1)
      .map((text) => [/^\w+ (\w+)/.exec(text)![1]!, text.trim()] as const),
  );
  const names = [...definitions].filter(([, text]) => !text.startsWith('fragment ')).map(([name]) => name);
  return {
    names,
    documentOf(name) {
      const needed = new Set<string>([name]);
      // A set that grows while it is walked: fragments spread fragments.
      for (const each of needed) {
        for (const [, fragment] of definitions.get(each)!.matchAll(/\.\.\.(\w+)/g)) needed.add(fragment!);
      }
      return [...needed].map((each) => definitions.get(each)).join('\n\n');
    },
  };
}
