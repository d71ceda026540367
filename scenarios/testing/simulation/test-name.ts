/** A test as vitest describes it, and node:test. */
export interface NamedTest {
  readonly task?: NamedPart;
  readonly fullName?: string;
  readonly name?: string;
}

interface NamedPart {
  readonly name: string;
  readonly suite?: NamedPart | undefined;
  readonly file?: { readonly name: string };
}

/**
 * The name of the test that runs, by its runner: with those of the suites around it, so that two tests made of one function differ,
 * and an edited test keeps it. Empty if the runner does not tell.
 */
export function testName({ task, fullName, name }: NamedTest): string {
  if (task === undefined) return fullName ?? name ?? '';
  const names: string[] = [];
  for (let part: NamedPart | undefined = task; part !== undefined; part = part.suite)
    names.unshift(part.name);
  return [task.file?.name ?? '', ...names].join(' > ');
}
