import { UsageError } from '../endpoint/usage-error.ts';

/** A call of a graph given as data, and the names of those it waits for. */
export interface NamedCall {
  name: string;
  after: readonly string[];
}

/**
 * The calls in an order in which each comes after all that it waits for, otherwise in the order given: begun so, every dependency has its token. Throws UsageError for a
 * name that is given twice or not at all, and for a cycle, which it names. REQ CAUSE-7, CAUSE-8
 */
export function inCausalOrder<T extends NamedCall>(calls: readonly T[]): T[] {
  const byName = new Map<string, number>();
  for (const [index, { name }] of calls.entries()) {
    if (byName.has(name)) throw new UsageError('ERR_DCQUIC_GRAPH', `there are two calls ${name}`);
    byName.set(name, index);
  }
  const edges = calls.map(({ name, after }) =>
    after.map((other) => {
      const target = byName.get(other);
      if (target === undefined)
        throw new UsageError('ERR_DCQUIC_GRAPH', `${name} waits for ${other}, which is not there`);
      return target;
    }),
  );
  const [cycle] = findCycles(edges);
  if (cycle !== undefined) {
    const names = [...cycle, cycle[0]!].map((index) => calls[index]!.name);
    throw new UsageError('ERR_DCQUIC_GRAPH', `these calls wait for each other: ${names.join(' -> ')}`);
  }
  const order: T[] = [];
  const placed = new Set<number>();
  for (let root = 0; root < calls.length; root += 1)
    place(root, edges, placed, (index) => order.push(calls[index]!));
  return order;
}

/** Puts what `root` waits for before it, without recursion. */
function place(
  root: number,
  edges: readonly (readonly number[])[],
  placed: Set<number>,
  put: (index: number) => void,
): void {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const before = placed.has(node) ? undefined : edges[node]!.find((target) => !placed.has(target));
    if (before !== undefined) {
      stack.push(before);
      continue;
    }
    stack.pop();
    if (!placed.has(node)) put(node);
    placed.add(node);
  }
}

/** One cycle for each edge that closes one, by depth-first search without recursion; `edges[i]` are the nodes that i waits for. REQ CAUSE-8 */
export function findCycles(edges: readonly (readonly (number | undefined)[])[]): number[][] {
  const cycles: number[][] = [];
  const finished = new Set<number>();
  for (let root = 0; root < edges.length; root++) {
    if (finished.has(root)) continue;
    const path: number[] = [root];
    const nextEdge: number[] = [0];
    const onPath = new Set(path);
    while (path.length > 0) {
      const node = path.at(-1)!;
      const targets = edges[node]!;
      const position = nextEdge[nextEdge.length - 1]!++;
      const target = targets[position];
      if (position >= targets.length) {
        finished.add(node);
        onPath.delete(node);
        path.pop();
        nextEdge.pop();
      } else if (target !== undefined && onPath.has(target)) {
        cycles.push(path.slice(path.indexOf(target)));
      } else if (target !== undefined && !finished.has(target)) {
        path.push(target);
        nextEdge.push(0);
        onPath.add(target);
      }
    }
  }
  return cycles;
}
