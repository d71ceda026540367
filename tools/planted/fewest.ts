/**
 * A sublist that still fails, of which no single item can be left out: delta debugging (Zeller and Hildebrandt, TSE 2002), in
 * halves, then quarters, down to items. `fails` holds for the whole list.
 */
export async function fewest<T>(
  list: readonly T[],
  fails: (list: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = list;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await fails(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}
