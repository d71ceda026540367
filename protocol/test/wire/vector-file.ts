import { readFileSync, readdirSync } from 'node:fs';
import { fromHex } from './codecs.ts';
import type { OracleError, OracleMessage, OracleRecord } from './oracle.ts';

const FOLDER = new URL('../../../spec/vectors/', import.meta.url);

/** One message's file in spec/vectors; the format is described in the README there. */
export interface MessageVectors {
  message: string;
  valid: { name: string; record: OracleRecord; hex: string }[];
  longForm: { name: string; record: OracleRecord; hex: string }[];
  refused: { name: string; hex: string; error: OracleError }[];
}

export interface VarintVectors {
  valid: { value: number; hex: string }[];
  longForm: { value: number; hex: string }[];
  refused: { name: string; hex: string; error: OracleError }[];
}

export interface DatagramVectors {
  datagrams: {
    name: string;
    hex: string;
    packets: { message: string; record: OracleRecord; end: number }[];
  }[];
}

export function vectorFileNames(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as T;
}

/** A record of a file, where bytes are hex, as the codec has it. */
export function fromFile(message: OracleMessage, record: OracleRecord): OracleRecord {
  const isBytes = (name: string): boolean =>
    /^(bytes|rest)/.test(message.fields.find((field) => field.name === name)?.type ?? '');
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, isBytes(name) ? fromHex(value as string) : value]),
  );
}
