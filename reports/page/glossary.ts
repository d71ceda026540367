import { markup, type Markup } from '../markup.ts';

/** The terms of a report, each explained once: at the end of the page, and as a tooltip where it is used. */
const TERMS = {
  goodput:
    'Useful packets divided by all packets that hosts sent. Control packets and repeats count as cost.',
  'byte-efficiency':
    'Payload bytes first delivered divided by all bytes that hosts sent: headers, control and repeats count as cost.',
  useful: 'A packet is useful if it carried payload bytes that had not been delivered before.',
  exchange: 'What an application asked for, e.g. one RPC: a request message and its response.',
  slowdown:
    'Latency of an exchange divided by the least latency that a message of its size could have on an empty network. 1 is perfect.',
  latency: 'Simulated time from the moment the application offered an exchange until it had completed.',
  percentile:
    'The smallest value that at least 50 % (p50, the median) or 99 % (p99) of the values do not exceed: nearest rank. Of fewer than 100 values p99 is the largest.',
  capacity: 'Sum of the link rates into the hosts that receive the payload; what they could take at most.',
  throughput:
    'Bits per second within one bin of time: payload first delivered, beside everything that hosts sent.',
  queue: 'Bytes waiting at the deepest queue of any switch port; the maximum within each bin of time.',
  drop: 'A packet that the network or a fault discarded.',
  active: 'Exchanges offered and not ended.',
  tail: 'Share of exchanges that took longer, on logarithmic axes: makes the slowest few visible.',
  hash: 'Rolling hash over every event of the run. The same scenario, seed and code give the same hash on every machine.',
  violation:
    'A checker found an invariant broken, the run not live, or two runs of one seed different. Never acceptable.',
  expectation: 'A condition that the scenario states about its own figures, under “expect”.',
} as const;

const NAMES: Partial<Record<Term, string>> = {
  'byte-efficiency': 'byte efficiency',
  useful: 'useful packet',
  percentile:
    'The smallest value that at least 50 % (p50, the median) or 99 % (p99) of the values do not exceed: nearest rank. Of fewer than 100 values p99 is the largest.',
  queue: 'queue depth',
  active: 'active exchanges',
  tail: 'tail',
  hash: 'trace hash',
};

export type Term = keyof typeof TERMS;

/** `text` as a link to the explanation of `name`, which is also its tooltip. */
export function term(name: Term, text: string): Markup {
  return markup`<a class="term" href="#term-${name}" title="${TERMS[name]}">${text}</a>`;
}

export function glossary(): Markup {
  const entries = (Object.keys(TERMS) as Term[]).map(
    (name) => markup`<div id="term-${name}"><dt>${NAMES[name] ?? name}</dt><dd>${TERMS[name]}</dd></div>`,
  );
  return markup`<section id="terms" class="card"><h2>Terms</h2><dl class="terms">${entries}</dl></section>`;
}
