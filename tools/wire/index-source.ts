import type { ErrorCode, WireTable } from './table.ts';
import { classFileName } from './class-source.ts';
import { upperSnakeCase } from './names.ts';
import { SOURCE_HEADER, docComment, hex, indent } from './source.ts';

/** generated/index.ts */
export function indexSource(table: WireTable): string {
  const files = [...table.packets, ...table.frames].map(classFileName);
  const modules = [...files, 'errors.ts', 'types.ts'].sort();
  return indent([SOURCE_HEADER, ...modules.map((file) => `export * from './${file}';`)]);
}

/** generated/types.ts: the numbers a dispatcher switches on. */
export function typesSource(table: WireTable): string {
  return indent([
    SOURCE_HEADER,
    '',
    '/** Kind of a packet: bits 7 and 6 of its first byte. */',
    ...constant('PacketKind', table.packets, (message) => upperSnakeCase(message.name), String),
    '',
    '/** First byte of a frame. */',
    ...constant('FrameType', table.frames, (message) => message.name, hex),
    '',
    '/** Names by frame type, for traces and messages. */',
    ...lookup('FrameName', table.frames, hex, (frame) => frame.name),
    '',
    '/** True if a packet that holds a frame of this type wants an ACK. */',
    'export function isAckEliciting(frameType: number): boolean {',
    `return ${table.frames
      .filter((frame) => frame.ackEliciting)
      .map((frame) => `frameType === FrameType.${frame.name}`)
      .join(' || ')};`,
    '}',
  ]);
}

/** generated/errors.ts */
export function errorsSource(table: WireTable): string {
  return indent([
    SOURCE_HEADER,
    '',
    ...codes(
      'TransferErrorCode',
      'TransferError',
      'FLOW_RESET.code: why a transfer ended',
      table.transferErrors,
    ),
    '',
    ...codes('ExchangeStatus', 'ExchangeStatus', 'Status of a response', table.exchangeStatuses),
  ]);
}

function codes(name: string, stem: string, doc: string, errors: readonly ErrorCode[]): string[] {
  return [
    ...docComment(doc),
    `export const ${name} = {`,
    ...errors.flatMap((error) => [...docComment(error.doc), `${error.name}: ${error.code},`]),
    '} as const;',
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];`,
    '',
    '/** Names by code; undefined for a code of a later version. */',
    ...lookup(`${stem}Name`, errors, String, (error) => error.name),
    '',
    '/** What each code means; undefined for a code of a later version. */',
    ...lookup(`${stem}Doc`, errors, String, (error) => error.doc),
  ];
}

function constant<T extends { code: number }>(
  name: string,
  entries: readonly T[],
  key: (entry: T) => string,
  number: (code: number) => string,
): string[] {
  return [
    `export const ${name} = {`,
    ...entries.map((entry) => `${key(entry)}: ${number(entry.code)},`),
    '} as const;',
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];`,
  ];
}

function lookup<T extends { code: number }>(
  name: string,
  entries: readonly T[],
  number: (code: number) => string,
  text: (entry: T) => string,
): string[] {
  return [
    `export const ${name}: Readonly<Record<number, string>> = {`,
    ...entries.map((entry) => `${number(entry.code)}: '${text(entry).replaceAll("'", "\\'")}',`),
    '};',
  ];
}
