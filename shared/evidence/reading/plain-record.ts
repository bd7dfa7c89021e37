/** What a record of kind `log` says that no column holds, where nothing of it is in doubt. */
interface PlainRecord {
  readonly message: string;
  /** See EvidenceEvent.textAt; null where the message itself shows it. */
  readonly textAt: number | null;
  readonly identifier: string | null;
  readonly host: string | null;
  readonly resolutionMicros: number;
}

/**
 * Reads a record of one line again from its bytes, as its format's parser does; null where only that can tell, and nothing is then
 * said of it. `time` is the record's known time.
 */
export type ReadPlainRecord = (bytes: Uint8Array, time: number) => PlainRecord | null;

/** Whether bytes are printable ASCII alone: their text is then that of one line, whatever decodes it. */
export function isPrintable(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

const decoder = new TextDecoder('utf-8');

/** The text of printable bytes. */
export function printableText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
