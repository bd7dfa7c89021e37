import type { CaseEvidence } from '../model/case.ts';
import type { Provenance } from '../model/evidence.ts';
import type { UnitAssignment, UnitFragment } from '../model/unit.ts';
import { fileLabel } from '../wording/figures.ts';
import { type CommandLineSettings, commandLineSettings } from './command-line.ts';

/** A value of the unit, where it stands, and how to say so: `tracker.service line 9`. */
interface UnitValue<T> {
  readonly value: T;
  readonly source: Provenance;
  readonly from: string;
}

/** What the service's systemd unit says, with all its drop-ins applied. Sizes in bytes, times in seconds. */
export interface ServiceUnit {
  /** `tracker.service`, or null when neither path nor file name tells. */
  readonly name: string | null;
  readonly execStart: UnitValue<string> | null;
  /** Flags on the command line of ExecStart, variables of Environment= filled in. */
  readonly flags: UnitValue<CommandLineSettings> | null;
  /** Flags in GUNICORN_CMD_ARGS of Environment=. */
  readonly environmentFlags: UnitValue<CommandLineSettings> | null;
  /** GUNICORN_CMD_ARGS itself. */
  readonly environmentArguments: UnitValue<string> | null;
  readonly memoryMaxBytes: UnitValue<number> | null;
  readonly memoryHighBytes: UnitValue<number> | null;
  readonly timeoutStopSeconds: UnitValue<number> | null;
  readonly watchdogSeconds: UnitValue<number> | null;
  readonly oomPolicy: UnitValue<string> | null;
}

/**
 * The unit that runs gunicorn, or the only one there is. Null when no unit file was saved. Drop-ins of a unit are applied
 * after it in the order of their names, or in the order of `systemctl cat`; a later value wins and an empty one resets.
 * Source: https://www.freedesktop.org/software/systemd/man/systemd.unit.html
 */
export function serviceUnit(evidence: CaseEvidence, incidentUnit: string | null): ServiceUnit | null {
  const byUnit = new Map<string, UnitFragment[]>();
  for (const fragment of evidence.host?.units ?? []) {
    const name = unitNameOf(evidence, fragment) ?? '';
    const list = byUnit.get(name);
    if (list === undefined) byUnit.set(name, [fragment]);
    else list.push(fragment);
  }
  // A fragment that nothing names belongs to the only unit that is named.
  const nameless = byUnit.get('');
  if (nameless !== undefined && byUnit.size === 2) {
    byUnit.delete('');
    for (const list of byUnit.values()) list.push(...nameless);
  }
  let best: { readonly unit: ServiceUnit; readonly score: number } | null = null;
  for (const [name, fragments] of byUnit) {
    const unit = mergeFragments(evidence, name === '' ? null : name, fragments);
    const runsGunicorn = /\bgunicorn\b/.test(unit.execStart?.value ?? '') || unit.environmentFlags !== null;
    const score = (incidentUnit !== null && name === incidentUnit ? 2 : 0) + (runsGunicorn ? 1 : 0);
    if (score === 0 && byUnit.size > 1) continue;
    if (best === null || score > best.score) best = { unit, score };
  }
  return best?.unit ?? null;
}

// /etc/systemd/system/tracker.service.d/override.conf     evidence/system/tracker.service     tracker.service.txt
const UNIT_IN_PATH = /(?:^|\/)([\w@.:\\-]+?\.service)(?:\.d\/|(?:\.\w+)?$)/;

function pathOf(evidence: CaseEvidence, fragment: UnitFragment): string {
  return fragment.hostPath ?? evidence.files.find((file) => file.id === fragment.evidenceId)?.path ?? '';
}

/** `override.conf`, or `override.conf in unit.txt` where one saved file holds several: lines are those of the saved one. */
function labelOf(evidence: CaseEvidence, fragment: UnitFragment): string {
  const own = fileLabel(pathOf(evidence, fragment));
  const saved = evidence.files.find((file) => file.id === fragment.evidenceId);
  return fragment.hostPath === null || saved === undefined ? own : `${own} in ${fileLabel(saved.path)}`;
}

function unitNameOf(evidence: CaseEvidence, fragment: UnitFragment): string | null {
  return UNIT_IN_PATH.exec(pathOf(evidence, fragment))?.[1] ?? null;
}

function mergeFragments(evidence: CaseEvidence, name: string | null, fragments: readonly UnitFragment[]): ServiceUnit {
  const isDropIn = (fragment: UnitFragment): boolean => /\.d\/[^/]+$|\.conf$/.test(pathOf(evidence, fragment));
  // systemctl cat prints them in the order in which they apply; loose files apply by name.
  const ordered = [...fragments].sort((a, b) => {
    const byKind = Number(isDropIn(a)) - Number(isDropIn(b));
    if (byKind !== 0 || a.evidenceId === b.evidenceId) return byKind;
    return fileLabel(pathOf(evidence, a)) < fileLabel(pathOf(evidence, b)) ? -1 : 1;
  });
  const assignments = ordered.flatMap((fragment) =>
    fragment.assignments
      .filter(({ section }) => section === 'Service')
      .map((assignment) => ({ assignment, label: labelOf(evidence, fragment) })),
  );
  const from = ({ assignment, label }: (typeof assignments)[number]): string =>
    `${label} line ${assignment.source.line ?? '?'}`;
  const last = <T>(keys: readonly string[], read: (value: string) => T | null): UnitValue<T> | null => {
    let found: UnitValue<T> | null = null;
    for (const each of assignments) {
      if (!keys.includes(each.assignment.key)) continue;
      const value = read(each.assignment.value);
      // An empty assignment takes back what was set before, and so does one that sets no bound.
      found = value === null ? null : { value, source: each.assignment.source, from: from(each) };
    }
    return found;
  };
  const environment = new Map<string, UnitValue<string>>();
  for (const each of assignments) {
    if (each.assignment.key !== 'Environment') continue;
    if (each.assignment.value === '') environment.clear();
    for (const [variable, value] of readEnvironment(each.assignment)) {
      environment.set(variable, { value, source: each.assignment.source, from: from(each) });
    }
  }
  const execStart = last(['ExecStart'], (value) => (value === '' ? null : value));
  const commandArguments = environment.get('GUNICORN_CMD_ARGS') ?? null;
  const bytes = (value: string): number | null => readSize(value, hostBytes(evidence));
  return {
    name,
    execStart,
    flags: flagsOf(execStart, (value) => commandLineSettings(withVariables(value, environment))),
    environmentArguments: commandArguments,
    environmentFlags: flagsOf(commandArguments, (value) => commandLineSettings(`gunicorn ${value}`)),
    // MemoryLimit= is what MemoryMax= was called on the first version of cgroups (systemd.resource-control(5)).
    memoryMaxBytes: last(['MemoryMax', 'MemoryLimit'], bytes),
    memoryHighBytes: last(['MemoryHigh'], bytes),
    timeoutStopSeconds: last(['TimeoutStopSec', 'TimeoutSec'], readTimeSpan),
    watchdogSeconds: last(['WatchdogSec'], readTimeSpan),
    oomPolicy: last(['OOMPolicy'], (value) => (value === '' ? null : value)),
  };
}

function flagsOf(
  from: UnitValue<string> | null,
  read: (value: string) => CommandLineSettings | null,
): UnitValue<CommandLineSettings> | null {
  const settings = from === null ? null : read(from.value);
  if (from === null || settings === null || Object.values(settings).every((value) => value === null)) return null;
  return { ...from, value: settings };
}

function hostBytes(evidence: CaseEvidence): number | null {
  return evidence.hostMemory[0]?.totalBytes ?? null;
}

/**
 * `Environment="GUNICORN_CMD_ARGS=--timeout 90" DEBUG=0`, `Environment=GUNICORN_CMD_ARGS="--timeout 90"`: blank-separated, either
 * kind of quotes around an item or a part of it. Source: systemd.exec(5); systemd, src/basic/extract-word.c
 */
function readEnvironment(assignment: UnitAssignment): readonly (readonly [string, string])[] {
  const variables: (readonly [string, string])[] = [];
  for (const [word] of assignment.value.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+|["'])+/g)) {
    const item = word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, double?: string, single?: string) => double ?? single ?? '',
    );
    const equals = item.indexOf('=');
    if (equals > 0) variables.push([item.slice(0, equals), item.slice(equals + 1)]);
  }
  return variables;
}

/** `$NAME` and `${NAME}` as systemd fills them in; what Environment= does not set stays as it is written. */
function withVariables(command: string, environment: ReadonlyMap<string, UnitValue<string>>): string {
  return command.replace(
    /\$(?:\{(\w{1,100})\}|(\w{1,100}))/g,
    (whole, braced: string | undefined, bare: string | undefined) =>
      environment.get(braced ?? bare ?? '')?.value ?? whole,
  );
}

/** Bytes of `420M`, `1G`, `1073741824`, `50%` (of the host's memory, if known); null for `infinity`, nothing or nonsense. */
export function readSize(text: string, totalBytes: number | null): number | null {
  const match = /^(\d{1,18}(?:\.\d+)?)\s*([KMGTPE%])?B?$/i.exec(text.trim());
  if (match === null) return null;
  const number = Number(match[1]);
  const unit = match[2]?.toUpperCase();
  if (unit === '%') return totalBytes === null ? null : Math.round((totalBytes * number) / 100);
  // K, M, G, T have the base 1024 (systemd.resource-control(5), MemoryMax=).
  return Math.round(number * 1024 ** (unit === undefined ? 0 : ' KMGTPE'.indexOf(unit)));
}

const SPAN_SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  usec: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  '': 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3_600,
  hr: 3_600,
  hour: 3_600,
  hours: 3_600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
};

/** Seconds of `90`, `90s`, `1min 30s`; null for `infinity`, nothing or nonsense. Source: systemd.time(7), time spans. */
export function readTimeSpan(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(?:\d{1,9}(?:\.\d+)?\s*[a-z]*\s*){1,8}$/.test(trimmed)) return null;
  let seconds = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d{1,9}(?:\.\d+)?)\s*([a-z]*)/g)) {
    const factor = SPAN_SECONDS[unit ?? ''];
    if (factor === undefined) return null;
    seconds += Number(number) * factor;
  }
  return seconds;
}
