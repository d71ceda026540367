/** @type {import('../../../../tools/planted/bug.ts').PlantedBug[]} Ranges, queues, heaps, slots. */
export const bugs = [
  {
    name: 'range-merge-inclusive',
    what: 'the merge of ranges takes ends for inclusive: two that are one apart become one',
    file: 'protocol/core/range-set.ts',
    find: '(edges[last] as number) <= end)',
    replace: '(edges[last] as number) <= end + 1)',
  },
  {
    name: 'range-empty-left-behind',
    what: 'removing one of several ranges by its exact ends leaves an empty one',
    file: 'protocol/core/range-set.ts',
    find: 'if (rangeEnd > end)',
    replace: 'if (rangeEnd >= end)',
  },
  {
    name: 'range-total-of-tail',
    what: 'removing the tail of a range counts what is kept of it as removed',
    file: 'protocol/core/range-set.ts',
    find: 'if (start > low) this.setOnly(low, start);',
    replace: 'if (start > low) { this.setOnly(low, start); this.sum = 0; return before; }',
  },
  {
    name: 'fifo-restart',
    what: 'a queue begins at the front of its array again while an item is left further back',
    file: 'protocol/core/fifo.ts',
    find: 'this.head = this.count === 0 ? 0 : head + 1;',
    replace: 'this.head = this.count <= 1 ? 0 : head + 1;',
  },
  {
    name: 'timer-list-order',
    what: 'a timer that is behind another by time is put before it in the list of a slot',
    file: 'protocol/core/timing-wheel.ts',
    find: 'this.link(timer, previous, slot);',
    replace: 'this.link(timer, ~slot, slot);',
  },
  {
    name: 'timer-later-stays',
    what: 'a timer that is armed anew for later keeps its place on the wheel',
    file: 'protocol/core/timer-queue.ts',
    find: 'wheel.move(queue, timer, at);',
    replace: 'if (at < wheel.at(timer)) wheel.move(queue, timer, at);',
  },
  {
    name: 'handle-reused',
    what: 'the handle of an exchange that ended is given to the next one (ABA)',
    file: 'protocol/core/slot-map.ts',
    find: 'if (generation < GENERATION_LIMIT) this.free.push(slot);',
    replace: 'this.generations[slot] = generation - 1;\n    this.free.push(slot);',
  },
];
