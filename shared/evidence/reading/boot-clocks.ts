import { MICROS_PER_SECOND } from '../../model/time.ts';

/** A journal entry's place on the monotonic clock of its boot. Source: systemd.journal-fields(7), address fields. */
export interface BootStamp {
  /** 32 hex digits. */
  readonly bootId: string;
  readonly monotonicMicros: number;
  /** When journald wrote it down, in wall time. */
  readonly realtimeMicros: number;
}

/** Boots remembered; a host that is started more often within one case is not told from others. */
const BOOTS_LIMIT = 1_000;
/** Wall clocks are corrected while a host runs; what differs more is another boot. */
const SAME_CLOCK_MICROS = 60 * MICROS_PER_SECOND;

/** Where the monotonic clocks of boots have their zero in wall time, from entries that have both. */
export class BootClocks {
  readonly #zeros = new Map<string, number>();

  /** Takes in an entry; the first of a boot tells. */
  learn({ bootId, monotonicMicros, realtimeMicros }: BootStamp): void {
    if (this.#zeros.size >= BOOTS_LIMIT || this.#zeros.has(bootId)) return;
    this.#zeros.set(bootId, realtimeMicros - monotonicMicros);
  }

  /**
   * The instant of a boot's zero. Without an ID (`short-monotonic` prints none, but for `-- Boot ID --` between boots) only
   * when all entries are of one boot: any other would be a guess. Null when it is not known.
   */
  zeroOf(bootId: string | null): number | null {
    if (bootId !== null) return this.#zeros.get(bootId) ?? null;
    const zeros = [...this.#zeros.values()];
    const earliest = Math.min(...zeros);
    return zeros.length > 0 && zeros.every((zero) => zero - earliest <= SAME_CLOCK_MICROS) ? earliest : null;
  }
}
