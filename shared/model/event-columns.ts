/** The pid of a plain event that has none. */
export const NO_PID = -1;
/** The severity of a plain event that has none; all others are indexes into SEVERITIES. */
export const NO_SEVERITY = 255;
/**
 * The columns of the event table, one element per event, in merged time order. 34 bytes an event; text stays on disk. Their
 * memory is shared between threads: nobody writes to them once they are made.
 */
export interface EventColumns {
  readonly count: number;
  /** EpochMicros; whole numbers, exact in a double. */
  readonly time: Float64Array;
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  readonly line: Uint32Array;
  /** -1: no pid. */
  readonly pid: Int32Array;
  /** Index into `EvidenceFile[]`. */
  readonly fileIndex: Uint16Array;
  /** Index into EVENT_KINDS. */
  readonly kind: Uint8Array;
  /** Index into SEVERITIES; 255: none. */
  readonly severity: Uint8Array;
  /** Index into `units`; 0: none. */
  readonly unit: Uint16Array;
  /** Names of units by their index; the first is empty and stands for none. */
  readonly units: readonly string[];
  readonly copies: EventCopies;
}

/**
 * Where else events stand: the same journal entry in further exports. Sorted by `row`; a row that is not in it stands in one
 * file only.
 */
export interface EventCopies {
  readonly count: number;
  /** Row of the event that this is a copy of. */
  readonly row: Uint32Array;
  readonly fileIndex: Uint16Array;
  readonly byteOffset: Float64Array;
  readonly byteLength: Uint32Array;
  readonly line: Uint32Array;
}
