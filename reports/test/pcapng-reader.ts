/** A reader of pcapng that shares nothing with the writer, for tests: it refuses whatever the format does not allow. */
export interface ReadOption {
  readonly code: number;
  readonly value: Buffer;
}

export interface ReadPacket {
  readonly interfaceName: string;
  readonly timeNs: number;
  readonly data: Buffer;
  readonly comment: string;
  readonly direction: number;
  readonly id: bigint;
  /** Of "hardware"; undefined if there is none. */
  readonly verdict: number | undefined;
}

export interface ReadStatistics {
  readonly comment: string;
  readonly seen: number;
  readonly dropped: number;
  readonly written: number;
}

export interface ReadFile {
  readonly comment: string;
  readonly interfaces: string[];
  readonly speedsBps: number[];
  readonly names: Map<string, string>;
  readonly packets: ReadPacket[];
  /** By interface name. */
  readonly statistics: Map<string, ReadStatistics>;
}

export function readPcapng(bytes: Buffer): ReadFile {
  const file: ReadFile & { comment: string } = {
    comment: '',
    interfaces: [],
    speedsBps: [],
    names: new Map(),
    packets: [],
    statistics: new Map(),
  };
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (length % 4 !== 0 || length < 12) throw new Error(`block of ${length} bytes at ${at}`);
    if (bytes.readUInt32LE(at + length - 4) !== length) throw new Error(`the block at ${at} has two lengths`);
    const type = bytes.readUInt32LE(at);
    if ((at === 0) !== (type === 0x0a0d0d0a)) throw new Error('one section header, at the start');
    readBlock(type, bytes.subarray(at + 8, at + length - 4), file);
    at += length;
  }
  return file;
}

function readBlock(type: number, body: Buffer, file: ReadFile & { comment: string }): void {
  if (type === 0x0a0d0d0a) {
    if (body.readUInt32LE(0) !== 0x1a2b3c4d || body.readUInt16LE(4) !== 1) throw new Error('magic, version');
    file.comment = text(options(body, 16), 1);
  } else if (type === 1) {
    const found = options(body, 8);
    if (body.readUInt16LE(0) !== 228 || body.readUInt32LE(4) !== 0)
      throw new Error('link type, snapshot length');
    if (value(found, 9)?.readUInt8(0) !== 9) throw new Error('timestamps are not nanoseconds');
    file.interfaces.push(text(found, 2));
    file.speedsBps.push(Number(value(found, 8)?.readBigUInt64LE(0) ?? 0));
  } else if (type === 4) {
    readNames(body, file.names);
  } else if (type === 5) {
    const found = options(body, 12);
    const number = (code: number): number => Number(value(found, code)?.readBigUInt64LE(0));
    const statistics = { comment: text(found, 1), seen: number(4), dropped: number(5), written: number(8) };
    file.statistics.set(interfaceOf(body, file), statistics);
  } else if (type === 6) {
    file.packets.push(readPacket(body, file));
  } else {
    throw new Error(`block type ${type}`);
  }
}

function readPacket(body: Buffer, file: ReadFile): ReadPacket {
  const length = body.readUInt32LE(12);
  if (body.readUInt32LE(16) !== length) throw new Error('a packet was cut');
  const found = options(body, 20 + Math.ceil(length / 4) * 4);
  const verdict = value(found, 7);
  if (verdict !== undefined && verdict[0] !== 0) throw new Error('verdict of another kind');
  return {
    interfaceName: interfaceOf(body, file),
    timeNs: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8),
    data: body.subarray(20, 20 + length),
    comment: text(found, 1),
    direction: value(found, 2)?.readUInt32LE(0) ?? 0,
    id: value(found, 5)?.readBigInt64LE(0) ?? 0n,
    verdict: verdict?.[1],
  };
}

function readNames(body: Buffer, names: Map<string, string>): void {
  for (let at = 0; ;) {
    const [type, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (type === 0) return;
    const value = body.subarray(at + 4, at + 4 + length);
    if (type !== 1 || value.at(-1) !== 0) throw new Error('a record that is no IPv4 address and name');
    names.set(value.subarray(0, 4).join('.'), value.toString('utf8', 4, length - 1));
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

function interfaceOf(body: Buffer, file: ReadFile): string {
  const name = file.interfaces[body.readUInt32LE(0)];
  if (name === undefined) throw new Error('an interface that was not described');
  return name;
}

function options(body: Buffer, start: number): ReadOption[] {
  const found: ReadOption[] = [];
  for (let at = start; at < body.length;) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    at += 4;
    if (code === 0) {
      if (length !== 0 || at !== body.length) throw new Error('options go on after their end');
      return found;
    }
    if (at + length > body.length) throw new Error('an option is longer than its block');
    found.push({ code, value: body.subarray(at, at + length) });
    at += Math.ceil(length / 4) * 4;
  }
  throw new Error('options without an end');
}

function value(found: readonly ReadOption[], code: number): Buffer | undefined {
  return found.find((option) => option.code === code)?.value;
}

function text(found: readonly ReadOption[], code: number): string {
  return value(found, code)?.toString('utf8') ?? '';
}
