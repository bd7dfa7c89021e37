import {
  LEAST_MEMORY_LIMIT_BYTES,
  MOST_MEMORY_LIMIT_BYTES,
  MOST_PROFILE_RUNS,
} from '../../shared/contract/profile-limits.ts';
import { parseClockOffset } from '../../shared/model/clock-offset.ts';
import { isZone } from '../../shared/model/zone.ts';
import { parseTime } from '../../shared/search/parse-time.ts';
import { formatBytes } from '../../shared/wording/figures.ts';
import type { AskedIncident } from '../case/asked-incident.ts';
import type { CliCommand, ProfileOptions } from './command.ts';
import type { Values } from './options.ts';

/** The profiles that are asked for, or what is wrong with them. */
export function readProfileOptions(values: Values): ProfileOptions | { readonly message: string } {
  const tree = values.tree ?? false;
  const runs = Number(values.runs ?? '1');
  if (!/^\d+$/.test(values.runs ?? '1') || runs < 1 || runs > MOST_PROFILE_RUNS)
    return { message: `--runs needs a number from 1 to ${MOST_PROFILE_RUNS}, not ${values.runs}` };
  const limit = values['memory-limit'];
  if (limit === undefined) return { tree, runs, memoryLimitBytes: null };
  if (!tree) return { message: '--memory-limit is a limit for the parse into a tree: it needs --tree' };
  const memoryLimitBytes = parseSize(limit);
  if (memoryLimitBytes === null) return { message: `"${limit}" is no size: give a number with a unit (512MB)` };
  if (memoryLimitBytes < LEAST_MEMORY_LIMIT_BYTES || memoryLimitBytes > MOST_MEMORY_LIMIT_BYTES)
    return { message: `--memory-limit needs at least ${formatBytes(LEAST_MEMORY_LIMIT_BYTES)}, not ${limit}` };
  return { tree, runs, memoryLimitBytes };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

/** `512MB`, `1.5 GiB`, `512M` (as systemd's MemoryMax, of 1024), `536870912`; null when it is none. */
function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? '?').toLowerCase()];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

/** The incident that is asked for, null for the worst, or what is wrong with the question. */
export function readIncidentOptions(values: Values): AskedIncident | { readonly message: string } | null {
  if (values.at === undefined && values.pid === undefined) return null;
  const at = values.at === undefined ? null : parseTime(values.at.trim());
  if (values.at !== undefined && at === null) {
    return { message: `"${values.at}" is no time: give 2026-01-28 04:12, 04:12:15 or 2026-01-28T04:12:15Z` };
  }
  if (values.pid !== undefined && !/^[1-9]\d{0,9}$/.test(values.pid)) return { message: `"${values.pid}" is no pid` };
  return { at, pid: values.pid === undefined ? null : Number(values.pid) };
}

/** Zones and corrections of clocks. */
export type TimeOptions = Pick<Extract<CliCommand, { type: 'analyze' }>, 'zones' | 'clockOffsets'>;

/** What is said of the times of sources, or what is wrong with it. */
export function readTimeOptions(values: Values): TimeOptions | { readonly message: string } {
  const bySource: { path: string; zone: string }[] = [];
  if (values.zone !== undefined && !isZone(values.zone)) return { message: noZone(values.zone) };
  for (const given of values['source-zone'] ?? []) {
    const [path, zone] = splitAtLast(given);
    if (path === '') return { message: `--source-zone needs PATH=ZONE, not ${given}` };
    if (!isZone(zone)) return { message: noZone(zone) };
    bySource.push({ path, zone });
  }
  const clockOffsets: { path: string; micros: number }[] = [];
  for (const given of values['clock-offset'] ?? []) {
    const [path, offset] = splitAtLast(given);
    if (path === '') return { message: `--clock-offset needs PATH=OFFSET, not ${given}` };
    const micros = parseClockOffset(offset);
    if (micros === null) {
      return {
        message: `"${offset}" is no clock offset: give seconds (-4.2) or hours, minutes and seconds (-0:00:04.2)`,
      };
    }
    clockOffsets.push({ path, micros });
  }
  return { zones: { whereAssumed: values.zone ?? null, bySource }, clockOffsets };
}

function noZone(name: string): string {
  return `"${name}" is no time zone: give an IANA name (Europe/Berlin), UTC, or a distance from it (+01:00)`;
}

/** A path may hold `=`; a zone and an offset do not. */
function splitAtLast(given: string): readonly [path: string, value: string] {
  const at = given.lastIndexOf('=');
  return at < 0 ? ['', given] : [given.slice(0, at), given.slice(at + 1)];
}
