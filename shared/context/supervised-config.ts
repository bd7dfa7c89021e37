import type { EffectiveConfig } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { knownSetting, LARGEST_SETTING, type Setting, settingText } from '../model/config.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { SUPERVISORS, type SupervisorName, type SupervisorTraits } from '../model/supervisor.ts';
import { formatTimeOfDay } from '../model/time.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import type { WorkerHistory } from '../timeline/incidents.ts';
import { fileLabel } from '../wording/figures.ts';
import type { ServiceUnit } from './service-unit.ts';

interface Asked {
  readonly evidence: CaseEvidence;
  readonly record: IncidentRecord | null;
  readonly history: WorkerHistory;
  readonly unit: ServiceUnit | null;
}

/**
 * Who ran the workers, where that is another than gunicorn: by the words of the incident, else by those of any worker, else by the
 * only settings that were saved. Null where it is gunicorn, or nothing tells.
 */
export function supervisorInCharge({ evidence, record, history }: Omit<Asked, 'unit'>): SupervisorName | null {
  const death = record?.death ?? null;
  const words = [
    death?.timeout,
    death?.end,
    death?.life.boot,
    record?.failure,
    ...history.lives.map(({ boot }) => boot),
  ];
  for (const word of words) {
    if (word == null) continue;
    if (word.detail.supervisor !== undefined) return word.detail.supervisor;
    if (word.kind.startsWith('worker-')) return null;
  }
  const [only, second] = evidence.host?.supervisorConfigs ?? [];
  return only !== undefined && second === undefined && evidence.configs.length === 0 ? only.supervisor : null;
}

/** A value of one place, null where it is set to what cannot be read. */
interface Found {
  readonly value: number | null;
  readonly text: string;
  readonly kind: EffectiveConfig['timeoutSource'];
  readonly from: string;
  readonly source: Provenance;
}

/**
 * The settings of a supervisor other than gunicorn: the limit as it says it in the log, else by the flags of a command line in `ps`,
 * of the unit, then by its file, then its default. Null where none of these was saved: an unsaved file may set anything.
 */
export function supervisedConfig(asked: Asked, supervisor: SupervisorName): EffectiveConfig | null {
  const { evidence, record } = asked;
  const traits = SUPERVISORS[supervisor];
  const file = evidence.host?.supervisorConfigs?.find((config) => config.supervisor === supervisor) ?? null;
  const commands = commandsOf(asked, traits);
  const logged = loggedLimit(record?.death?.timeout ?? null);
  if (file === null && commands.length === 0 && logged === null) return null;
  const path = fileLabel(evidence.files.find(({ id }) => id === file?.evidenceId)?.path ?? 'the configuration');
  const pick = (name: 'timeoutSeconds' | 'workers' | 'maxRequests'): Found | null => {
    for (const { command, ...where } of commands) {
      const text = flagValue(command, traits.flags?.[name] ?? []);
      if (text !== null) return { ...where, value: numberOf(text), text };
    }
    return file === null ? null : ofFile(file[name], path);
  };
  const limit = logged ?? pick('timeoutSeconds');
  const workers = pick('workers');
  const maxRequests = pick('maxRequests');
  // Without its file nobody knows what that sets.
  const isDefault = limit === null && file !== null;
  const defaultSeconds = traits.limit?.defaultSeconds ?? 0;
  const sources = [limit, workers, maxRequests].flatMap((found) => (found === null ? [] : [found.source]));
  const whole = evidence.files.find(({ id }) => id === file?.evidenceId);
  return {
    timeoutSeconds: limit === null ? (isDefault ? defaultSeconds : null) : limit.value,
    timeoutSource:
      limit === null ? (isDefault ? 'default' : 'unreadable') : limit.value === null ? 'unreadable' : limit.kind,
    timeoutText: limit?.text ?? null,
    timeoutFrom:
      limit?.from ??
      (isDefault
        ? `${traits.title}'s default, since ${path} sets none`
        : `a file of ${traits.title} that was not saved`),
    gracefulTimeoutSeconds: null,
    workers: workers?.value ?? null,
    workerClass: null,
    maxRequests: maxRequests?.value ?? null,
    sources:
      sources.length > 0 || whole === undefined
        ? sources
        : [{ evidenceId: whole.id, byteOffset: 0, byteLength: whole.bytes, line: null }],
    supervisor,
  };
}

function ofFile(setting: Setting<number>, path: string): Found | null {
  if (setting.kind === 'not-set') return null;
  const { line } = setting.source;
  return {
    value: knownSetting(setting)?.value ?? null,
    text: settingText(setting) ?? '',
    kind: 'file',
    from: `${path}${line === null ? '' : ` line ${line}`}`,
    source: setting.source,
  };
}

/** The limit as the supervisor says it when it is exceeded: what was in force, whatever a file says. */
function loggedLimit(timeout: EvidenceEvent | null): Found | null {
  const seconds = timeout?.detail.limitSeconds;
  if (timeout === null || seconds === undefined) return null;
  return {
    value: seconds,
    text: String(seconds),
    kind: 'log',
    from: `its own word at ${formatTimeOfDay(timeout.time)} UTC`,
    source: timeout.source,
  };
}

interface Command extends Pick<Found, 'kind' | 'from' | 'source'> {
  readonly command: string;
}

/** Command lines that start the supervisor: those of processes that run before that of the unit. */
function commandsOf({ evidence, unit }: Asked, { command }: SupervisorTraits): readonly Command[] {
  if (command === null) return [];
  const running = evidence.processes
    .filter((sample) => command.test(sample.command))
    .map(
      (sample): Command => ({
        command: sample.command,
        kind: 'flag',
        from: `the command line of pid ${sample.pid}`,
        source: sample.source,
      }),
    );
  const start = unit?.execStart ?? null;
  return start !== null && command.test(start.value)
    ? [...running, { command: start.value, kind: 'unit', from: 'ExecStart of its unit', source: start.source }]
    : running;
}

function flagValue(command: string, flags: readonly string[]): string | null {
  for (const flag of flags) {
    const value = new RegExp(`(?:^|\\s)${flag}${flag.startsWith('--') ? '[= ]' : '[= ]?'}(\\S+)`).exec(command)?.[1];
    if (value !== undefined) return value;
  }
  return null;
}

const numberOf = (text: string): number | null =>
  /^\d+(?:\.\d+)?$/.test(text) ? Math.min(Number(text), LARGEST_SETTING) : null;
