import type { EffectiveConfig } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { GUNICORN_DEFAULTS, knownSetting, LARGEST_SETTING, type Setting, settingText } from '../model/config.ts';
import type { EventSource } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import type { LaunchRecord } from '../model/launch.ts';
import type { ProcessSample } from '../model/samples.ts';
import { addSeconds, type EpochMicros, formatTimeOfDay } from '../model/time.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import type { WorkerHistory } from '../timeline/incidents.ts';
import { fileLabel, listing } from '../wording/figures.ts';
import { type CommandLineSettings, commandLineSettings } from './command-line.ts';
import { serviceNames } from './own-evidence.ts';
import { refutedDefault } from './refuted-default.ts';
import type { ServiceUnit } from './service-unit.ts';
import { supervisedConfig, supervisorInCharge } from './supervised-config.ts';

/** Tells the timeout in force on the host: the file as gunicorn reads it there; the flags of a process that runs win over it. */
export const SETTING_COMMAND = 'gunicorn --print-config APP | grep timeout; ps -eo args | grep [g]unicorn';

/** Whose settings are asked for: of the incident's service where there is one. */
export interface SettingsAsked {
  /** What is about that service: see ownEvidence. */
  readonly evidence: CaseEvidence;
  readonly ownEvents: EventSource;
  readonly record: IncidentRecord | null;
  readonly history: WorkerHistory;
  readonly window: { readonly from: EpochMicros; readonly to: EpochMicros } | null;
  readonly unit: ServiceUnit | null;
}

/**
 * The settings in force, the strongest first: what gunicorn itself logs of a start (`Current configuration`), flags of its
 * processes in `ps`, of the unit's ExecStart, of the Dockerfile, compose file, start script, Procfile, supervisor section or
 * manifest that starts it; then GUNICORN_CMD_ARGS of these; then the file; for `workers` WEB_CONCURRENCY; then gunicorn's
 * defaults. Null when none of these was saved: then nothing is known, since a file that was not saved may exist. What is set
 * to something that cannot be read has no value here, and no default either; nor has a default that what was observed
 * refutes. Source of the order: https://docs.gunicorn.org/en/stable/configure.html
 */
export function effectiveConfig(asked: SettingsAsked): EffectiveConfig | null {
  const { evidence, ownEvents, record, history } = asked;
  const supervisor = supervisorInCharge(asked);
  if (supervisor !== null) return supervisedConfig(asked, supervisor);
  const file = evidence.configs[0] ?? null;
  const layers = settingLayers(asked);
  if (file === null && layers.length === 0) return null;
  const sources: Provenance[] = [];
  /** The value, `not-set` where the default holds, or null where what is set cannot be read. */
  const pick = <K extends keyof CommandLineSettings>(
    name: K,
    fromFile: Setting<NonNullable<CommandLineSettings[K]>>,
  ): NonNullable<CommandLineSettings[K]> | typeof NOT_SET | null => {
    const layer = layers.find((each) => sets(each, name));
    if (layer !== undefined) return layer.settings[name] as NonNullable<CommandLineSettings[K]> | null;
    if (fromFile.kind === 'not-set') return NOT_SET;
    sources.push(fromFile.source);
    return knownSetting(fromFile)?.value ?? null;
  };
  const timeout = pick('timeoutSeconds', file?.timeoutSeconds ?? UNSET);
  sources.push(...layers.map(({ source }) => source));
  const workerClass = pick('workerClass', file?.workerClass ?? UNSET);
  const workers = pick('workers', file?.workers ?? UNSET);
  const layer = layers.find((each) => sets(each, 'timeoutSeconds')) ?? null;
  const refuted = timeout === NOT_SET ? refutedDefault(ownEvents, record, history) : null;
  if (refuted !== null) sources.push(...refuted.sources);
  return {
    timeoutSeconds: refuted === null ? orDefault(timeout, GUNICORN_DEFAULTS.timeoutSeconds) : null,
    timeoutSource: timeout === NOT_SET ? 'default' : timeout === null ? 'unreadable' : (layer?.kind ?? 'file'),
    timeoutText:
      layer !== null
        ? (layer.unreadable.get('timeoutSeconds') ?? String(layer.settings.timeoutSeconds))
        : file === null
          ? null
          : settingText(file.timeoutSeconds),
    timeoutFrom: timeoutFrom(evidence, layer),
    ...(refuted === null ? {} : { timeoutRefuted: refuted.text }),
    gracefulTimeoutSeconds: orDefault(
      pick('gracefulTimeoutSeconds', file?.gracefulTimeoutSeconds ?? UNSET),
      GUNICORN_DEFAULTS.gracefulTimeoutSeconds,
    ),
    workers: workers === NOT_SET ? (webConcurrency(chosenLaunches(asked)) ?? GUNICORN_DEFAULTS.workers) : workers,
    // gunicorn logs the class that it uses.
    workerClass:
      workerClass === NOT_SET || workerClass === null
        ? (workerClassFromLog(ownEvents) ?? (workerClass === null ? null : GUNICORN_DEFAULTS.workerClass))
        : workerClass,
    maxRequests: orDefault(pick('maxRequests', file?.maxRequests ?? UNSET), GUNICORN_DEFAULTS.maxRequests),
    sources: sources.length > 0 || file === null ? sources : wholeFile(evidence, file.evidenceId),
  };
}

const NOT_SET: unique symbol = Symbol('not set');
const UNSET = { kind: 'not-set' } as const;

function orDefault<T, D>(value: T | typeof NOT_SET | null, fallback: D): T | D | null {
  return value === NOT_SET ? fallback : (value as T | null);
}

/** Settings of one place, and how to name it. */
interface SettingLayer {
  readonly kind: 'log' | 'flag' | 'unit' | 'environment';
  readonly settings: CommandLineSettings;
  /** What is set to something that cannot be read, as written. */
  readonly unreadable: ReadonlyMap<keyof CommandLineSettings, string>;
  readonly source: Provenance;
  /** How its timeout became known, for people: `--timeout 60 in ExecStart of web.service line 9`. */
  readonly timeoutFrom: string;
}

const sets = ({ settings, unreadable }: SettingLayer, name: keyof CommandLineSettings): boolean =>
  settings[name] !== null || unreadable.has(name);

const ALL_READ: SettingLayer['unreadable'] = new Map();

/** Every place that sets something, the one that wins first. */
function settingLayers(asked: SettingsAsked): readonly SettingLayer[] {
  const { evidence, unit } = asked;
  const flags = (
    kind: SettingLayer['kind'],
    settings: CommandLineSettings,
    source: Provenance,
    where: string,
  ): SettingLayer => ({
    kind,
    settings,
    unreadable: ALL_READ,
    source,
    timeoutFrom: `--timeout ${settings.timeoutSeconds} ${where}`,
  });
  const layers: SettingLayer[] = [];
  const logged = loggedConfiguration(asked);
  if (logged !== null) layers.push(logged);
  const running = commandLineFlags(asked);
  if (running !== null) {
    const { settings, sample } = running;
    layers.push(flags('flag', settings, sample.source, `on the command line of pid ${sample.pid}`));
  }
  const launches = chosenLaunches(asked);
  // What gunicorn makes of all that follows; a process that runs may have been started otherwise.
  layers.push(...launchLayers(evidence, launches, 'printed'));
  if (unit?.flags != null)
    layers.push(flags('unit', unit.flags.value, unit.flags.source, `in ExecStart of ${unit.flags.from}`));
  layers.push(...launchLayers(evidence, launches, 'flag'));
  if (unit?.environmentFlags != null) {
    const { value, source, from } = unit.environmentFlags;
    layers.push(flags('environment', value, source, `in GUNICORN_CMD_ARGS of ${from}`));
  }
  layers.push(...launchLayers(evidence, launches, 'GUNICORN_CMD_ARGS'));
  return layers;
}

/** A file that is run by a stronger one comes last: compose overrides what the image starts, which runs the script. */
const LAUNCH_ORDER: readonly LaunchRecord['kind'][] = [
  'printed settings',
  'Kubernetes manifest',
  'task definition',
  'compose file',
  'supervisor configuration',
  'Procfile',
  'Dockerfile',
  'start script',
];

/**
 * The starts of the service in question, the strongest first: those named like its unit or container, else those that are named like
 * nothing else that runs, else all; the certain ones first.
 */
export function chosenLaunches({
  evidence,
  record,
  unit,
}: Pick<SettingsAsked, 'evidence' | 'record' | 'unit'>): readonly LaunchRecord[] {
  const launches = evidence.host?.launches ?? [];
  const own = [
    ...(unit?.name == null ? [] : [unit.name.replace(/\.service$/, '')]),
    ...(record === null ? [] : serviceNames(record.incident)),
  ];
  const isNamed = ({ name }: LaunchRecord): boolean =>
    name !== null && own.some((each) => each === name || each.endsWith(`-${name}`) || each.endsWith(`_${name}`));
  const named = launches.filter(isNamed);
  // What a file starts without a name it starts for whoever runs it.
  const nameless = launches.filter(({ name }) => name === null);
  const chosen = named.length > 0 ? [...named, ...nameless] : launches;
  return [...chosen].sort(
    (a, b) =>
      LAUNCH_ORDER.indexOf(a.kind) - LAUNCH_ORDER.indexOf(b.kind) || Number(a.isConditional) - Number(b.isConditional),
  );
}

/**
 * What each start sets. Where one file starts several services with timeouts of their own and none of them is known to be the one in
 * question, the timeout is one of theirs.
 */
function launchLayers(
  evidence: CaseEvidence,
  launches: readonly LaunchRecord[],
  from: LaunchedBy,
): readonly SettingLayer[] {
  const layers = launches.flatMap((launch) => {
    const layer = launchLayer(evidence, launch, from);
    return layer === null ? [] : [{ launch, layer }];
  });
  return layers.map(({ launch, layer }) => {
    const rivals = layers.filter(
      (each) =>
        each.launch.evidenceId === launch.evidenceId && each.launch.name !== null && sets(each.layer, 'timeoutSeconds'),
    );
    const values = rivals.map(
      (each) => each.layer.settings.timeoutSeconds ?? each.layer.unreadable.get('timeoutSeconds') ?? '',
    );
    if (!sets(layer, 'timeoutSeconds') || new Set(values).size < 2) return layer;
    const text = rivals.map(({ launch: { name } }, index) => `${values[index]} of ${name}`).join(', or ');
    return {
      ...layer,
      settings: { ...layer.settings, timeoutSeconds: null },
      unreadable: new Map([...layer.unreadable, ['timeoutSeconds' as const, text]]),
      timeoutFrom: `${fileLabel(evidence.files.find(({ id }) => id === launch.evidenceId)?.path ?? launch.kind)}: ${text}`,
    };
  });
}

const LAUNCHED = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  workers: 'workers',
  max_requests: 'maxRequests',
} as const satisfies Readonly<Record<string, keyof CommandLineSettings>>;

type LaunchedBy = keyof typeof LAYER_KINDS;

const LAYER_KINDS = {
  flag: 'flag',
  GUNICORN_CMD_ARGS: 'environment',
  // Its own account of itself, like the one in its log.
  printed: 'log',
} as const satisfies Readonly<Record<string, SettingLayer['kind']>>;

function launchLayer(evidence: CaseEvidence, launch: LaunchRecord, from: LaunchedBy): SettingLayer | null {
  const own = launch.settings.filter((each) => each.from === from);
  if (own.length === 0) return null;
  const unreadable = new Map<keyof CommandLineSettings, string>();
  const read = (name: keyof typeof LAUNCHED): number | null => {
    const found = own.find(({ setting }) => setting === name);
    if (found === undefined) return null;
    const number = settingNumber(found.value);
    if (number === null) unreadable.set(LAUNCHED[name], found.text);
    return number;
  };
  const workerClass = own.find(({ setting }) => setting === 'worker_class');
  if (workerClass !== undefined && workerClass.value === null) unreadable.set('workerClass', workerClass.text);
  const timeout = own.find(({ setting }) => setting === 'timeout');
  const path = fileLabel(evidence.files.find(({ id }) => id === launch.evidenceId)?.path ?? launch.kind);
  const line = timeout?.source.line ?? null;
  const where = `${path}${line === null ? '' : ` line ${line}`}${launch.name === null ? '' : ` (${launch.name})`}`;
  const overridden =
    timeout === undefined || timeout.overridableBy.length === 0
      ? ''
      : `, the default of ${environmentWords(timeout.overridableBy)} that may override it`;
  return {
    kind: LAYER_KINDS[from],
    settings: {
      timeoutSeconds: read('timeout'),
      gracefulTimeoutSeconds: read('graceful_timeout'),
      workers: read('workers'),
      workerClass: workerClass?.value ?? null,
      maxRequests: read('max_requests'),
    },
    unreadable,
    source: timeout?.source ?? own[0]?.source ?? launch.source,
    timeoutFrom:
      from === 'printed'
        ? `what gunicorn --print-config printed (${where})`
        : `--timeout ${timeout?.value ?? timeout?.text ?? ''} ${from === 'flag' ? 'in' : 'in GUNICORN_CMD_ARGS of'} ${where}${overridden}`,
  };
}

function settingNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Math.min(Number(text), LARGEST_SETTING) : null;
}

/** WEB_CONCURRENCY is what `workers` defaults to. Source: gunicorn/config.py, Workers */
function webConcurrency(launches: readonly LaunchRecord[]): number | null {
  const found = launches.flatMap(({ settings }) => settings).find(({ from }) => from === 'WEB_CONCURRENCY');
  return settingNumber(found?.value ?? null);
}

/** gunicorn prints its settings right before it starts, one a line, at debug level. Source: arbiter.py, setup */
const DUMP_SECONDS = 5;
const DUMP_ENTRIES = 500;
const DUMP_HEADING = /Current configuration:/;

/** The settings that gunicorn logged at its last start before the end of the window; null where it logged none. */
function loggedConfiguration({ ownEvents, record, window }: SettingsAsked): SettingLayer | null {
  const starts = ownEvents.ofKinds(['arbiter-start']).filter(({ time }) => window === null || time <= window.to);
  const arbiter = arbiterPid(record);
  // Two services of one host log into one journal.
  const start = starts.findLast(({ pid }) => pid !== null && pid === arbiter) ?? starts.at(-1);
  if (start === undefined) return null;
  const near = ownEvents
    .between(addSeconds(start.time, -DUMP_SECONDS), start.time, DUMP_ENTRIES)
    .filter(({ source }) => source.evidenceId === start.source.evidenceId);
  const at = near.findLastIndex(({ message }) => DUMP_HEADING.test(message));
  const heading = near[at];
  if (heading === undefined) return null;
  const values = new Map<string, string>();
  for (const { message } of near.slice(at)) {
    for (const line of message.split('\n')) {
      // `  timeout: 30`, in an entry of the heading's own or one of its own
      const [, name, value] = /^\s*([a-z_]+):\s+(.*?)\s*$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined && !values.has(name)) values.set(name, value);
    }
  }
  const number = (name: string): number | null => settingNumber(values.get(name) ?? null);
  const timeoutSeconds = number('timeout');
  if (timeoutSeconds === null) return null;
  return {
    kind: 'log',
    settings: {
      timeoutSeconds,
      gracefulTimeoutSeconds: number('graceful_timeout'),
      workers: number('workers'),
      workerClass: values.get('worker_class') ?? null,
      maxRequests: number('max_requests'),
    },
    unreadable: ALL_READ,
    source: heading.source,
    timeoutFrom: `gunicorn's own log of its configuration at ${formatTimeOfDay(start.time)} UTC`,
  };
}

/** The arbiter that told of the incident, by its own header; null where nobody did. */
function arbiterPid(record: IncidentRecord | null): number | null {
  const death = record?.death ?? null;
  const told = [death?.timeout, death?.end].find(
    (event) => event != null && event.kind !== 'worker-exiting' && event.kind.startsWith('worker-'),
  );
  return told == null || told.pid === death?.pid ? null : told.pid;
}

function wholeFile(evidence: CaseEvidence, evidenceId: string): readonly Provenance[] {
  const file = evidence.files.find((each) => each.id === evidenceId);
  return file === undefined ? [] : [{ evidenceId, byteOffset: 0, byteLength: file.bytes, line: null }];
}

/** Flags of the gunicorn processes in `ps`, those nearest to the incident first; null when none carries a setting. */
function commandLineFlags({
  evidence,
  record,
  window,
}: SettingsAsked): { readonly settings: CommandLineSettings; readonly sample: ProcessSample } | null {
  const own = new Set([record?.incident.pid ?? null, arbiterPid(record)]);
  const isOwn = ({ pid }: ProcessSample): boolean => own.has(pid);
  const hasOwn = evidence.processes.some((sample) => isOwn(sample) && commandLineSettings(sample.command) !== null);
  let best: { settings: CommandLineSettings; sample: ProcessSample; distance: number } | null = null;
  const seen = new Set<string>();
  for (const sample of evidence.processes) {
    // Another gunicorn of the host has flags of its own.
    if (hasOwn && !isOwn(sample)) continue;
    // Snapshots repeat the same command line; a process may only be told apart by time when lines differ.
    if (seen.has(sample.command)) continue;
    seen.add(sample.command);
    const settings = commandLineSettings(sample.command);
    if (settings === null || Object.values(settings).every((value) => value === null)) continue;
    const distance = window === null || sample.time === null ? 0 : Math.abs(sample.time - window.to);
    if (best === null || distance < best.distance) best = { settings, sample, distance };
  }
  return best;
}

function workerClassFromLog(events: EventSource): string | null {
  return (
    events.ofKinds(['arbiter-start']).findLast((event) => event.detail.workerClass !== undefined)?.detail.workerClass ??
    null
  );
}

function timeoutFrom(evidence: CaseEvidence, layer: SettingLayer | null): string {
  if (layer !== null) return layer.timeoutFrom;
  const config = evidence.configs[0];
  if (config === undefined) return "gunicorn's default";
  const path = fileLabel(evidence.files.find((file) => file.id === config.evidenceId)?.path ?? 'the configuration');
  const setting = config.timeoutSeconds;
  if (setting.kind === 'not-set') return `gunicorn's default, since ${path} sets none`;
  const place = `${path}${setting.source.line === null ? '' : ` line ${setting.source.line}`}`;
  switch (setting.kind) {
    case 'set':
      return setting.overridableBy.length === 0
        ? `${place}${setting.value === LARGEST_SETTING ? `, which sets ${setting.text}` : ''}`
        : `${place}, the default of ${environmentWords(setting.overridableBy)} that may override it`;
    case 'choices':
      return `${place}: ${settingText(setting)}`;
    case 'unreadable':
      return `${place}: ${setting.text}`;
  }
}

function environmentWords(names: readonly string[]): string {
  return names.length === 1 ? `the environment variable ${names[0]}` : `the environment variables ${listing(names)}`;
}
