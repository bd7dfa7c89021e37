import { hasLayout } from '../../shared/evidence/formats/layout.ts';
import { logFormat } from '../../shared/evidence/formats/table.ts';
import { EVENT_KINDS, type EventKind, type Place, SERVICE_KINDS } from '../../shared/model/event.ts';
import { type EventColumns, NO_PID } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';

const OF_SERVICE: ReadonlySet<EventKind> = new Set(SERVICE_KINDS);

/** What is said beside a container by its host, about whatever runs there. */
const HOST_KINDS: ReadonlySet<EventKind> = new Set([
  'log',
  'kernel',
  'oom-invoked',
  'oom-context',
  'oom-kill',
  'segfault',
  'systemd-start',
  'systemd-oom',
  'systemd-oomd-kill',
  'systemd-stop-timeout',
  'systemd-unit',
  'notice',
] as const);

/** Names of systemd's units have a type; a container's name in their place has none. Source: systemd.unit(5) */
const UNIT_TYPE =
  /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$|^(?:init|system|user)(?:\.|$)/;

/** Rows of a file that are asked for its host, evenly from first to last. */
const HOSTS_ASKED = 8;
/** Files of several hosts (a collector's) are asked row by row up to this many. */
const MIXED_ROWS = 50_000;
/** On a host, pids below are those of init and of kernel threads; a gunicorn that has one counts pids of its own. */
const FIRST_HOST_PID = 100;

/**
 * To which place the events of a case belong: the container that a carrier names, else the host where there are several, else the
 * file where two files tell of containers that cannot be one.
 */
export class RowPlaces {
  readonly #columns: EventColumns;
  readonly #files: readonly EvidenceFile[];
  /** By row, an index into `#names`; null where all is of one place. */
  readonly #placeOf: Uint16Array | null;
  readonly #names: Place[] = [null];
  readonly #indexOf = new Map<Place, number>([[null, 0]]);
  /** Those that are hosts; null is one. */
  readonly #hosts = new Set<number>([0]);
  /** Those at which gunicorn speaks. */
  readonly #served = new Set<number>();
  /** Rows that stand in a file of another place as well, by that place. */
  readonly #alsoAt = new Map<number, Set<number>>();
  readonly places: readonly Place[];

  constructor(columns: EventColumns, files: readonly EvidenceFile[], hostAt: (row: number) => string | null) {
    this.#columns = columns;
    this.#files = files;
    const placeOf = new Uint16Array(columns.count);
    this.#placeContainers(placeOf);
    this.#placeNodeFiles(placeOf);
    this.#placeHosts(placeOf, hostAt);
    this.#placeFiles(placeOf);
    const used = new Set<number>(this.#names.length > 1 ? this.#adopt(placeOf) : [0]);
    this.#placeOf = used.size > 1 ? placeOf : null;
    this.places = used.size > 1 ? [...used].sort((a, b) => a - b).map((index) => this.#names[index] ?? null) : [null];
  }

  /** Whether a row was written at a place; null where every row was. */
  isOf(place: Place): ((row: number) => boolean) | null {
    const placeOf = this.#placeOf;
    if (placeOf === null) return null;
    const own = this.#indexOf.get(place) ?? -1;
    const also = this.#alsoAt.get(own);
    return (row) => placeOf[row] === own || also?.has(row) === true;
  }

  /**
   * Whether a row was written at a place or tells of its host: that of a container may be any, beside a host speak those only that
   * have no gunicorn. Null as in `isOf`.
   */
  isBeside(place: Place): ((row: number) => boolean) | null {
    const placeOf = this.#placeOf;
    if (placeOf === null) return null;
    const { kind } = this.#columns;
    const isOwn = this.isOf(place);
    const isContainer = !this.#hosts.has(this.#indexOf.get(place) ?? 0);
    const beside = new Set([...this.#hosts].filter((host) => host === 0 || isContainer || !this.#served.has(host)));
    return (row) =>
      isOwn?.(row) === true ||
      (beside.has(existing(placeOf[row], row)) && HOST_KINDS.has(EVENT_KINDS[existing(kind[row], row)] ?? 'log'));
  }

  #index(name: Place): number {
    const known = this.#indexOf.get(name);
    if (known !== undefined) return known;
    const index = this.#names.push(name) - 1;
    this.#indexOf.set(name, index);
    return index;
  }

  /** What carriers name. */
  #placeContainers(placeOf: Uint16Array): void {
    const { unit, units, fileIndex, count } = this.#columns;
    if (units.length === 1) return;
    const isCarried = this.#files.map(({ format }) => hasLayout(format));
    const ofUnit = units.map((name) => placeName(name));
    for (let row = 0; row < count; row++) {
      const each = existing(unit[row], row);
      if (each === 0) continue;
      const name = ofUnit[each] ?? null;
      if (name === null || !(isCarried[existing(fileIndex[row], row)] === true || !UNIT_TYPE.test(name))) continue;
      placeOf[row] = this.#index(name);
    }
  }

  /** What the folders and names of a node's own files say of lines that name no container. */
  #placeNodeFiles(placeOf: Uint16Array): void {
    const { fileIndex, unit, count } = this.#columns;
    const ofFile = this.#files.map(({ path, format }) => (hasLayout(format) ? placeOfPath(path) : null));
    if (ofFile.every((name) => name === null)) return;
    for (let row = 0; row < count; row++) {
      const name = ofFile[existing(fileIndex[row], row)] ?? null;
      if (name !== null && unit[row] === 0) placeOf[row] = this.#index(name);
    }
  }

  /** Hosts, where the logs are of several. */
  #placeHosts(placeOf: Uint16Array, hostAt: (row: number) => string | null): void {
    const rows = rowsByFile(this.#columns, this.#files.length);
    const hosts = rows.map((own, file): ReadonlySet<string> | null => {
      if (own.length === 0 || logFormat(this.#files[file]?.format ?? 'unknown') === null) return null;
      const asked = Array.from({ length: HOSTS_ASKED }, (_, nth) =>
        existing(own[Math.floor((nth * (own.length - 1)) / (HOSTS_ASKED - 1))], nth),
      );
      return new Set([...new Set(asked)].flatMap((row) => hostName(hostAt(row)) ?? []));
    });
    if (new Set(hosts.flatMap((of) => [...(of ?? [])])).size < 2) return;
    for (const [file, of] of hosts.entries()) {
      const own = rows[file];
      if (of === null || own === undefined || of.size === 0) continue;
      const [only = null] = of;
      const isMixed = of.size > 1;
      if (isMixed && own.length > MIXED_ROWS) continue;
      for (const row of own) {
        if (placeOf[row] !== 0) continue;
        const index = this.#index(isMixed ? hostName(hostAt(row)) : only);
        placeOf[row] = index;
        this.#hosts.add(index);
      }
    }
  }

  /**
   * Files that name no container, of containers that cannot be one: each tells of a start of an arbiter, and they have little in
   * common though they cover the same time.
   */
  #placeFiles(placeOf: Uint16Array): void {
    const logs = this.#containedLogs(placeOf);
    if (logs.length < 2) return;
    const groups: ContainedLog[][] = [];
    for (const log of logs) {
      const group = groups.find((each) => !each.some((other) => this.#cannotBeOne(log, other)));
      if (group === undefined) groups.push([log]);
      else group.push(log);
    }
    if (groups.length < 2) return;
    for (const group of groups) {
      const index = this.#index(this.#files[group[0]?.file ?? 0]?.path ?? null);
      const also = new Set<number>();
      for (const { rows, copied } of group) {
        for (const row of rows) placeOf[row] = index;
        for (const row of copied) also.add(row);
      }
      this.#alsoAt.set(index, also);
    }
  }

  #containedLogs(placeOf: Uint16Array): ContainedLog[] {
    const { kind, pid, time, copies } = this.#columns;
    const copied = new Map<number, number[]>();
    for (let copy = 0; copy < copies.count; copy++) {
      const file = existing(copies.fileIndex[copy], copy);
      const list = copied.get(file);
      if (list === undefined) copied.set(file, [existing(copies.row[copy], copy)]);
      else list.push(existing(copies.row[copy], copy));
    }
    return rowsByFile(this.#columns, this.#files.length).flatMap((rows, file) => {
      const also = copied.get(file) ?? [];
      const all = [...rows, ...also].sort((a, b) => a - b);
      const [first] = all;
      const last = all.at(-1);
      if (first === undefined || last === undefined || rows.some((row) => placeOf[row] !== 0)) return [];
      const isContained = all.some((row) => {
        const arbiter = EVENT_KINDS[existing(kind[row], row)] === 'arbiter-start' ? (pid[row] ?? NO_PID) : NO_PID;
        return arbiter !== NO_PID && arbiter < FIRST_HOST_PID;
      });
      if (!isContained) return [];
      return [{ file, rows, copied: also, from: existing(time[first], first), to: existing(time[last], last) }];
    });
  }

  /** Whether two logs of containers cover the same time and differ in most of what they say of it. */
  #cannotBeOne(a: ContainedLog, b: ContainedLog): boolean {
    const { time } = this.#columns;
    const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
    if (from > to) return false;
    const within = ({ rows, copied }: ContainedLog): ReadonlySet<number> =>
      new Set([...rows, ...copied].filter((row) => existing(time[row], row) >= from && existing(time[row], row) <= to));
    const [ofA, ofB] = [within(a), within(b)];
    // An export of the same log has every line of it, and one of its errors lines of the whole.
    return [...ofA].filter((row) => ofB.has(row)).length * 2 < Math.min(ofA.size, ofB.size);
  }

  /**
   * What names no place is the host's, unless gunicorn speaks at one place only and nowhere else: then it is that one's, as a log
   * of the service beside its container's. Gives the places that are left.
   */
  #adopt(placeOf: Uint16Array): ReadonlySet<number> {
    const { kind, count } = this.#columns;
    const served = this.#served;
    const used = new Set<number>();
    for (let row = 0; row < count; row++) {
      const place = existing(placeOf[row], row);
      used.add(place);
      if (OF_SERVICE.has(EVENT_KINDS[existing(kind[row], row)] ?? 'log')) served.add(place);
    }
    const [only] = served;
    if (only === undefined || only === 0 || served.size > 1 || !used.has(0)) return used;
    for (let row = 0; row < count; row++) if (placeOf[row] === 0) placeOf[row] = only;
    used.delete(0);
    return used;
  }
}

/** A log of a container whose name it does not tell. */
interface ContainedLog {
  readonly file: number;
  readonly rows: Uint32Array;
  /** Rows of other files that it has as well. */
  readonly copied: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The place that a carrier's name stands for; null where it is none: a platform's own word of a dyno is of that dyno. */
function placeName(name: string): Place {
  // heroku/web.1      heroku/router
  const platform = /^heroku\/(.+)$/.exec(name);
  if (platform === null) return name;
  return /\.\d+$/.test(platform[1] ?? '') ? (platform[1] ?? null) : null;
}

// pods/shop_web-5f7c9d8b6-x2x9z_0a1b2c3d-.../app/0.log      containers/web-5f7c9d8b6-x2x9z_shop_app-<64 hex digits>.log
const POD_FOLDER = /(?:^|\/)[a-z0-9-]+_([a-z0-9][a-z0-9.-]*)_[0-9a-f-]{32,36}\/([a-z0-9-]+)\/\d+\.log[^/]*$/;
const POD_LINK = /(?:^|\/)([a-z0-9][a-z0-9.-]*)_[a-z0-9-]+_([a-z0-9-]+)-[0-9a-f]{64}\.log[^/]*$/;
// <64 hex digits>-json.log      Source: daemon/logger/jsonfilelog of Docker
const CONTAINER_FILE = /(?:^|\/)([0-9a-f]{12})[0-9a-f]{52}-json\.log[^/]*$/;

/** The container that a node or Docker names a log's file after; null for other paths. Source: kubelet, pkg/kubelet/kuberuntime/logs */
function placeOfPath(path: string): Place {
  const pod = POD_FOLDER.exec(path) ?? POD_LINK.exec(path);
  if (pod !== null) return `${pod[1]}/${pod[2]}`;
  return CONTAINER_FILE.exec(path)?.[1] ?? null;
}

/** `app01` of `app01.example.org`; null for what every host is called before it has a name. */
function hostName(host: string | null): Place {
  const name = host?.split('.', 1)[0]?.toLowerCase() ?? '';
  if (host !== null && /^[\d.]+$/.test(host)) return host;
  return name === '' || name === 'localhost' || name === '(none)' ? null : name;
}

function rowsByFile({ fileIndex, count }: EventColumns, files: number): readonly Uint32Array[] {
  const counts = new Uint32Array(files);
  for (let row = 0; row < count; row++) {
    const file = existing(fileIndex[row], row);
    counts[file] = (counts[file] ?? 0) + 1;
  }
  const rows = Array.from(counts, (each) => new Uint32Array(each));
  counts.fill(0);
  for (let row = 0; row < count; row++) {
    const file = existing(fileIndex[row], row);
    const into = rows[file];
    if (into === undefined) continue;
    into[existing(counts[file], file)] = row;
    counts[file] = (counts[file] ?? 0) + 1;
  }
  return rows;
}
