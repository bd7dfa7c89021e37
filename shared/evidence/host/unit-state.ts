import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { UnitAssignment } from '../../model/unit.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wallOf, zoneMinutes } from '../reading/stamps.ts';
import { SnapshotClock } from './snapshot-time.ts';

// MemoryMax=440401920        ExecMainExitTimestamp=Wed 2026-01-28 04:12:15 UTC
const PROPERTY = /^([A-Z][A-Za-z]{1,60})=(.*)$/;
const STAMP =
  /^(?:\p{L}{2,4}\.? )?(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?(?: ([A-Za-z]{1,6}|[+-]\d\d(?::?\d\d)?))?$/u;
// { path=/srv/venv/bin/gunicorn ; argv[]=/srv/venv/bin/gunicorn -t 90 app ; ignore_errors=no ; start_time=[n/a] ; ... }
const COMMAND = /\bargv\[\]=(.*?) ; ignore_errors=/;
/** Of waitid(2): how a process ended. Source: ExecStatus in org.freedesktop.systemd1(5) */
const CLD = { exited: '1', killed: '2', dumped: '3' } as const;
/** Properties that are a unit's settings, and what unit files call them. */
const SETTINGS: Readonly<Record<string, string>> = {
  MemoryMax: 'MemoryMax',
  MemoryHigh: 'MemoryHigh',
  OOMPolicy: 'OOMPolicy',
  TimeoutStopUSec: 'TimeoutStopSec',
  WatchdogUSec: 'WatchdogSec',
  Environment: 'Environment',
};
/** What hardly any other file of assignments has. */
const TELLING =
  /^(?:ExecMain(?:Start|Exit)Timestamp|ExecMain(?:PID|Code|Status)|MainPID|TimeoutStopUSec|ControlGroup|NRestarts|OOMPolicy|MemoryCurrent|FragmentPath|ActiveState)=/;

/** Whether a line is a property of `systemctl show` by which that is told. */
function isTellingProperty(text: string): boolean {
  return TELLING.test(text);
}

/**
 * `systemctl show SERVICE`: the settings in force, with all drop-ins applied, and how the main process last ended, as events at
 * that moment. Source: org.freedesktop.systemd1(5), https://www.freedesktop.org/software/systemd/man/org.freedesktop.systemd1.html
 */
const createUnitStateParser: CreateParser = (context) => parserOfLines(context, new UnitStateHandler(context));

interface Property {
  readonly value: string;
  readonly line: Line;
}

class UnitStateHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #properties = new Map<string, Property>();

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'properties of a unit');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const property = PROPERTY.exec(line.text);
    if (property === null) {
      // Several units stand one below another with an empty line between.
      if (line.text.trim() === '') this.#finish(out);
      else if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    const [, name = '', value = ''] = property;
    if (!this.#properties.has(name)) this.#properties.set(name, { value, line });
  }

  #finish(out: ParsedItem[]): void {
    const properties = this.#properties;
    this.#properties = new Map();
    if (properties.size === 0) return;
    const value = (name: string): string => properties.get(name)?.value ?? '';
    const named = value('Id') === '' ? (value('ControlGroup').split('/').at(-1) ?? '') : value('Id');
    const unit = /^[\w@.:\\-]+\.service$/.test(named) ? named : null;
    this.#settings(properties, unit, out);
    this.#ending(properties, out);
  }

  #settings(properties: ReadonlyMap<string, Property>, unit: string | null, out: ParsedItem[]): void {
    const assignments: UnitAssignment[] = [];
    const add = (key: string, value: string, line: Line): void => {
      assignments.push({ section: 'Service', key, value, source: provenanceOfLines(this.#context, line) });
    };
    for (const [name, { value, line }] of properties) {
      const key = SETTINGS[name];
      if (key !== undefined && value !== '') add(key, value, line);
      const command = name === 'ExecStart' ? COMMAND.exec(value)?.[1] : undefined;
      if (command !== undefined) add('ExecStart', command, line);
    }
    if (assignments.length === 0) return;
    const { evidenceId } = this.#context;
    const hostPath = unit === null ? null : properties.get('FragmentPath')?.value || `/run/systemd/system/${unit}`;
    out.push({ type: 'unit-fragment', fragment: { evidenceId, hostPath, assignments } });
  }

  /** How the main process ended, and that memory was the reason: the latter has the time of the former. */
  #ending(properties: ReadonlyMap<string, Property>, out: ParsedItem[]): void {
    const exit = properties.get('ExecMainExitTimestamp');
    const status = properties.get('ExecMainStatus');
    const code = properties.get('ExecMainCode')?.value;
    const time = exit === undefined ? null : this.#timeOf(exit.value);
    const result = properties.get('Result');
    if (
      time !== null &&
      exit !== undefined &&
      status !== undefined &&
      code !== undefined &&
      /^\d{1,3}$/.test(status.value)
    ) {
      const number = Number(status.value);
      const detail = code === CLD.exited ? { exitCode: number } : { signal: number };
      const state = code === CLD.exited ? 'exited' : code === CLD.dumped ? 'dumped' : 'killed';
      const [first, last] = exit.line.number < status.line.number ? [exit.line, status.line] : [status.line, exit.line];
      // Read again, the lines between are all that there is.
      if (number !== 0)
        this.#event(
          'systemd-process-exited',
          time,
          `Main process exited, code=${state}, status=${number}`,
          { ...detail, state },
          [first, last],
          out,
        );
    }
    const moment = time ?? (this.#context.startOffset > 0 ? this.#context.nearTime : null);
    if (result?.value === 'oom-kill' && moment !== null)
      this.#event('systemd-oom', moment, "Result: 'oom-kill'", { state: 'oom-kill' }, [result.line, result.line], out);
  }

  #timeOf(text: string): EpochMicros | null {
    const stamp = STAMP.exec(text);
    if (stamp === null) return null;
    const [, year, month, day, hour, minute, second, zone] = stamp;
    return this.#clock.resolve(
      wallOf(year, month, day, hour, minute, second),
      zone === undefined ? null : zoneMinutes(zone),
    );
  }

  #event(
    kind: 'systemd-process-exited' | 'systemd-oom',
    time: EpochMicros,
    message: string,
    detail: Readonly<Record<string, number | string>>,
    [first, last]: readonly [Line, Line],
    out: ParsedItem[],
  ): void {
    out.push(
      eventItem({
        time,
        resolutionMicros: MICROS_PER_SECOND,
        timestampDesc: 'main process ended',
        kind,
        message,
        pid: null,
        identifier: 'systemd',
        host: null,
        severity: null,
        // Which unit it is stands elsewhere in the file.
        unit: null,
        detail,
        source: provenanceOfLines(this.#context, first, last),
      }),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#finish(out);
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'property', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const UNIT_STATE: RecordFormat = {
  holds: 'ends',
  savedAs: '`systemctl show SERVICE`',
  detect: {
    by: 'whole',
    reads: (_text, lines) => {
      const filled = lines.filter((line) => line.trim() !== '');
      const properties = filled.filter((line) => PROPERTY.test(line)).length;
      return properties * 2 > filled.length && filled.filter(isTellingProperty).length >= Math.min(2, filled.length)
        ? 'has the properties of systemctl show'
        : null;
    },
  },
  dated: 'by-zone',
  printsHostZone: true,
  create: createUnitStateParser,
  readAgain: () => createUnitStateParser,
};
