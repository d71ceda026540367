/**
 * Delta debugging (Zeller and Hildebrandt, IEEE TSE 2002): a smaller list that still passes the test, such that no single item
 * of it can go. The order stays.
 *
 * @param items pass the test.
 * @param passes whether a part of them does. Asked at most once in a row about the same part.
 * @param lengthMin no shorter list is tried.
 */
export async function ddmin<T>(
  items: readonly T[],
  passes: (part: readonly T[]) => Promise<boolean>,
  lengthMin = 0,
): Promise<readonly T[]> {
  if (items.length > lengthMin && lengthMin === 0 && (await passes([]))) return [];
  let left = items;
  let pieces = 2;
  while (left.length > Math.max(1, lengthMin)) {
    const smaller = await smallerPart(left, pieces, passes, lengthMin);
    if (smaller !== undefined) {
      pieces = smaller.length <= left.length / pieces ? 2 : Math.max(2, pieces - 1);
      left = smaller;
    } else if (pieces >= left.length) {
      break;
    } else {
      pieces = Math.min(left.length, pieces * 2);
    }
  }
  return left;
}

/** One piece alone, or all but one. */
async function smallerPart<T>(
  whole: readonly T[],
  pieces: number,
  passes: (part: readonly T[]) => Promise<boolean>,
  lengthMin: number,
): Promise<readonly T[] | undefined> {
  const bounds = Array.from({ length: pieces + 1 }, (_, i) => Math.floor((i * whole.length) / pieces));
  const piece = (i: number): T[] => whole.slice(bounds[i], bounds[i + 1]);
  const rest = (i: number): T[] => [...whole.slice(0, bounds[i]), ...whole.slice(bounds[i + 1])];
  // Of two pieces each is the rest of the other.
  for (const partOf of pieces === 2 ? [piece] : [piece, rest]) {
    for (let i = 0; i < pieces; i++) {
      const part = partOf(i);
      if (part.length >= lengthMin && part.length > 0 && (await passes(part))) return part;
    }
  }
  return undefined;
}
