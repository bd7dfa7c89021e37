import { firstPlaceWhere } from '../../shared/model/ascending.ts';
import type { EventColumns } from '../../shared/model/event-columns.ts';
import type { EvidenceFile, Provenance } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import { sortRows } from './sort-rows.ts';

/**
 * Where events stand in their files: every event's own place and those of its copies. The order of places is made when it
 * is first asked for.
 */
export class EventPlaces {
  readonly #columns: EventColumns;
  /** Numbers of places by file and then by offset: below `count` they are rows, from there on copies. */
  #order: Uint32Array | null = null;

  constructor(columns: EventColumns) {
    this.#columns = columns;
  }

  /** The row of the event whose record, or a copy of it, begins at a byte of a file; null when none does. */
  rowAt(fileIndex: number, byteOffset: number): number | null {
    const order = this.#placeOrder();
    const at = firstPlaceWhere(order.length, (index) => {
      const place = existing(order[index], index);
      return (this.#fileOf(place) - fileIndex || this.#offsetOf(place) - byteOffset) >= 0;
    });
    const place = order[at];
    if (place === undefined || this.#fileOf(place) !== fileIndex || this.#offsetOf(place) !== byteOffset) return null;
    const { count, copies } = this.#columns;
    return place < count ? place : (copies.row[place - count] ?? null);
  }

  /** Where else the entry of an event stands, in the order of the files. */
  copiesOf(row: number, files: readonly EvidenceFile[]): readonly Provenance[] {
    const { copies } = this.#columns;
    const found: Provenance[] = [];
    const first = firstPlaceWhere(copies.row.length, (copy) => existing(copies.row[copy], copy) >= row);
    for (let copy = first; copies.row[copy] === row; copy++) {
      const line = existing(copies.line[copy], copy);
      found.push({
        evidenceId: files[existing(copies.fileIndex[copy], copy)]?.id ?? '',
        byteOffset: existing(copies.byteOffset[copy], copy),
        byteLength: existing(copies.byteLength[copy], copy),
        line: line === 0 ? null : line,
      });
    }
    return found;
  }

  #placeOrder(): Uint32Array {
    if (this.#order !== null) return this.#order;
    const { count, copies } = this.#columns;
    const order = new Uint32Array(count + copies.count);
    for (let place = 0; place < order.length; place++) order[place] = place;
    sortRows(order, (a, b) => this.#fileOf(a) - this.#fileOf(b) || this.#offsetOf(a) - this.#offsetOf(b));
    this.#order = order;
    return order;
  }

  #fileOf(place: number): number {
    const { count, fileIndex, copies } = this.#columns;
    return (place < count ? fileIndex[place] : copies.fileIndex[place - count]) ?? 0;
  }

  #offsetOf(place: number): number {
    const { count, byteOffset, copies } = this.#columns;
    return (place < count ? byteOffset[place] : copies.byteOffset[place - count]) ?? 0;
  }
}
