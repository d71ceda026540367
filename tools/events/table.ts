/** spec/events.yaml as data. */
export interface EventTable {
  enums: readonly NamedEnum[];
  events: readonly EventKind[];
  counters: readonly Counter[];
  histograms: readonly Histogram[];
  gauges: readonly Metric[];
  driver: readonly Metric[];
}

export interface NamedEnum {
  name: string;
  values: readonly { name: string; doc: string }[];
}

export const LEVELS = ['trace', 'info', 'warning'] as const;
export type Level = (typeof LEVELS)[number];

export interface EventKind {
  name: string;
  level: Level;
  doc: string;
  fields: readonly EventField[];
}

export interface EventField {
  name: string;
  /** peer, exchange, count, bytes, ns, flag, or the name of an enum. */
  type: string;
  doc: string;
}

/** Something that Prometheus is told under the name `metric`. */
export interface Metric {
  name: string;
  metric: string;
  doc: string;
}

export interface Counter extends Metric {
  sources: readonly CounterSource[];
  /** A counter for each value of this enum, and the field of its one event that says which. */
  by: { field: string; values: NamedEnum } | undefined;
}

export interface CounterSource {
  event: string;
  /** A field that is added, or subtracted; else 1 is added. */
  field: string | undefined;
  isLess: boolean;
  when: string | undefined;
}

export interface Histogram extends Metric {
  event: string;
  field: string;
  /** Upper ends of the buckets, in the unit of the field. */
  buckets: readonly number[];
  /** What a value is divided by to get the unit of the metric. */
  divisor: number;
}
