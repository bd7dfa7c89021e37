import { scaleLinear } from 'd3';

/** An axis of bytes from 0: where it ends, its ticks, and how to name them in one unit. */
export interface ByteAxis {
  readonly max: number;
  readonly ticks: readonly number[];
  readonly unit: string;
  label(bytes: number): string;
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
  [1, 'bytes'],
];

/** Axis for values from 0 to `highest` bytes with about `count` ticks, in decimal units. */
export function byteAxis(highest: number, count: number): ByteAxis {
  const [divisor, unit] = UNITS.find(([size]) => highest >= 2 * size) ?? [1, 'bytes'];
  const scale = scaleLinear()
    .domain([0, Math.max(highest, divisor) / divisor])
    .nice(count);
  const max = scale.domain()[1] ?? 1;
  const ticks = scale.ticks(count);
  const decimals = Math.max(...ticks.map((tick) => (String(tick).split('.')[1] ?? '').length));
  return {
    max: max * divisor,
    ticks: ticks.map((tick) => tick * divisor),
    unit,
    label: (bytes) => (bytes / divisor).toLocaleString('en-US', { maximumFractionDigits: Math.min(6, decimals) }),
  };
}

/** Ticks of a stretch of bytes that begins anywhere, about `count` of them, and how to name one with its unit. */
export function byteSpanTicks(
  from: number,
  to: number,
  count: number,
): { readonly ticks: readonly number[]; label(bytes: number): string } {
  const scale = scaleLinear().domain([from, to]);
  const ticks = scale.ticks(count).filter(Number.isInteger);
  const step = (ticks[1] ?? to) - (ticks[0] ?? from);
  // Beyond three decimals the unit is of no help.
  const [divisor, unit] = UNITS.find(([size]) => to >= 2 * size && step >= size / 1_000) ?? [1, 'bytes'];
  const decimals = Math.max(0, Math.ceil(Math.log10(divisor) - Math.log10(Math.max(1, step)) - 1e-9));
  const written = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return {
    ticks,
    label: (bytes) => (bytes === 0 ? '0' : `${(bytes / divisor).toLocaleString('en-US', written)} ${unit}`),
  };
}
