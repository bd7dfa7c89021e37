import { type GunicornConfig, type Setting, type SettingChoice, settingText } from '../../model/config.ts';
import type { Provenance } from '../../model/evidence.ts';
import { problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { boolean, className, listOfStrings, positiveInteger, type Validator } from './gunicorn-validators.ts';
import { evaluatePath, type PathEnd, type Place } from './python-evaluator.ts';
import { type PythonFile, readPythonFile } from './python-file.ts';
import { boundNames } from './python-names.ts';
import { followPaths, LimitReached } from './python-paths.ts';
import { statementsOf } from './python-source.ts';
import { isUnknown } from './python-values.ts';

/** A configuration has a few KiB. */
const FILE_LIMIT_BYTES = 256 * 1024;

/** Settings that the analysis uses, by their names in the file. Source: https://docs.gunicorn.org/en/stable/settings.html */
const NAMES = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  workers: 'workers',
  worker_class: 'workerClass',
  threads: 'threads',
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
  preload_app: 'preload',
  bind: 'bind',
} as const satisfies Readonly<Record<string, keyof GunicornConfig>>;
type SettingName = keyof typeof NAMES;
const SETTING_NAMES = Object.keys(NAMES) as readonly SettingName[];

/**
 * `gunicorn.conf.py`, evaluated and never run: what every way through it leaves in the names of gunicorn's settings.
 * Line: `timeout = int(os.environ.get("GUNICORN_TIMEOUT", "120"))`
 */
export const createGunicornConfParser: CreateParser = (context) =>
  wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const reader = new ConfigReader(context, bytes);
    return isBeyondLimit
      ? reader.refuse(`it is larger than ${FILE_LIMIT_BYTES} bytes`, 'limit-exceeded')
      : reader.read();
  });

/** What one way through the file leaves in one setting. */
interface Found<T> {
  readonly outcome: SettingChoice<T>['outcome'];
  /** Variables that must be set for the way, and those on which the value rests besides. */
  readonly whereSet: ReadonlySet<string>;
  readonly restsOn: ReadonlySet<string>;
  readonly why: string;
  readonly place: Place | null;
}

class ConfigReader {
  readonly #context: ParseContext;
  readonly #bytes: Uint8Array;
  readonly #file: PythonFile;
  readonly #out: ParsedItem[] = [];
  /** Statements that leave a setting unknown, with what they leave so. */
  readonly #open = new Map<number, { readonly place: Place; readonly names: SettingName[]; what: string }>();

  constructor(context: ParseContext, bytes: Uint8Array) {
    this.#context = context;
    this.#bytes = bytes;
    this.#file = readPythonFile(bytes);
  }

  read(): readonly ParsedItem[] {
    if (this.#file.kind === 'refused') return this.refuse(this.#file.why);
    const { source } = this.#file;
    if (source.refusal !== null) {
      const { at, why, byPython } = source.refusal;
      const line = this.#line(at);
      return this.refuse(
        byPython ? `line ${line} has ${why}, for which Python refuses the file` : `line ${line} has ${why}`,
      );
    }
    let ends: readonly PathEnd[];
    try {
      const followed = followPaths((decisions) => evaluatePath(source, decisions));
      if (!followed.isWhole) return this.#giveUp('it has too many conditions');
      ends = followed.ends;
    } catch (error) {
      if (error instanceof LimitReached) return this.#giveUp(error.message);
      throw error;
    }
    // gunicorn came up, so the file came to its end.
    const whole = ends.filter(({ raised }) => raised === null);
    const [failed] = ends;
    if (whole.length === 0 && failed?.raised != null) {
      const { at, message } = failed.raised;
      return this.refuse(`Python raises ${message} on line ${this.#line(at.from)}`);
    }
    const config = this.#config((name, validate) => this.#setting(name, validate, withoutRequired(whole)));
    this.#reportOpen();
    this.#reportLocal(config);
    this.#out.push({ type: 'gunicorn-config', config });
    return this.#out;
  }

  /** The file cannot be evaluated: only what it does not so much as mention is not set. */
  #giveUp(why: string): readonly ParsedItem[] {
    const text = this.#file.kind === 'text' ? this.#file.source.text : '';
    const isOpen =
      /\b(?:globals|locals|vars|exec|eval|setattr|modules|__dict__|import_module|__import__)\b|\bimport\s*\*/.test(
        text,
      );
    return this.refuse(why, 'not-literal', (name) => isOpen || new RegExp(`\\b${name}\\b`).test(text));
  }

  /** Nothing of the file can be read. */
  refuse(
    why: string,
    kind: 'not-literal' | 'limit-exceeded' = 'not-literal',
    isOpen: (name: SettingName) => boolean = () => true,
  ): readonly ParsedItem[] {
    const source: Provenance = {
      evidenceId: this.#context.evidenceId,
      byteOffset: this.#context.startOffset,
      byteLength: this.#bytes.length,
      line: null,
    };
    const { fileName } = this.#context;
    this.#out.push(
      problemItem(
        kind,
        `${fileName} cannot be read as gunicorn's configuration, since ${why}; look its settings up on the host (gunicorn --print-config).`,
        this.#context.startOffset,
      ),
    );
    const config = this.#config((name) =>
      isOpen(name) ? { kind: 'unreadable', text: `the whole of ${fileName}`, why, source } : { kind: 'not-set' },
    );
    this.#out.push({ type: 'gunicorn-config', config });
    return this.#out;
  }

  #config(read: <T>(name: SettingName, validate: Validator<T>) => Setting<T>): GunicornConfig {
    return {
      evidenceId: this.#context.evidenceId,
      timeoutSeconds: read('timeout', positiveInteger),
      gracefulTimeoutSeconds: read('graceful_timeout', positiveInteger),
      workers: read('workers', positiveInteger),
      workerClass: read('worker_class', className),
      threads: read('threads', positiveInteger),
      maxRequests: read('max_requests', positiveInteger),
      maxRequestsJitter: read('max_requests_jitter', positiveInteger),
      preload: read('preload_app', boolean),
      bind: read('bind', listOfStrings),
    };
  }

  #setting<T>(name: SettingName, validate: Validator<T>, ends: readonly EndedPath[]): Setting<T> {
    const found = ends.map((end) => outcomeOn(end, name, validate));
    const setting = combine(found, (place) => this.#provenance(place));
    if (setting.kind === 'unreadable' || setting.kind === 'choices') {
      const place = found.find((each) => each.place !== null)?.place;
      if (place != null) this.#noteOpen(name, place, setting);
    }
    return setting;
  }

  #noteOpen<T>(name: SettingName, place: Place, setting: Setting<T>): void {
    const before = this.#open.get(place.from);
    if (before !== undefined) {
      before.names.push(name);
      return;
    }
    const what =
      setting.kind === 'choices'
        ? `one of several values (${settingText(setting)})`
        : `something that only running it would tell${setting.kind === 'unreadable' && setting.why !== '' ? ` (${setting.why})` : ''}`;
    this.#open.set(place.from, { place, names: [name], what });
  }

  #reportOpen(): void {
    for (const { place, names, what } of [...this.#open.values()].sort((a, b) => a.place.from - b.place.from)) {
      const verb = /^(?:from|import)\b/.test(place.text) ? 'imports what may set' : 'sets';
      this.#problem(place, `${verb} ${names.join(', ')}${verb === 'sets' ? ` to ${what}` : ''}`);
    }
  }

  /** A setting's name in a function is a name of that function; whoever wrote it may have meant the setting. */
  #reportLocal(config: GunicornConfig): void {
    if (this.#file.kind !== 'text') return;
    const { source } = this.#file;
    for (const statement of statementsOf(source.root)) {
      if (statement.name !== 'FunctionDefinition' && statement.name !== 'ClassDefinition') continue;
      const body = statement.kids.find(({ name }) => name === 'Body');
      const names = body === undefined ? [] : boundNames(body, source.text);
      const meant = SETTING_NAMES.filter((name) => names.includes(name) && config[NAMES[name]].kind === 'not-set');
      if (meant.length === 0) continue;
      const place = { from: statement.from, to: statement.to, text: '' };
      this.#problem(place, `sets ${meant.join(', ')} inside a function or class, which is no setting of the file`);
    }
  }

  #problem(place: Place, what: string): void {
    const { byteOffset, line } = this.#provenance(place);
    this.#out.push(
      problemItem(
        'not-literal',
        `Line ${line} of ${this.#context.fileName} ${what}; look it up on the host (gunicorn --print-config).`,
        byteOffset,
      ),
    );
  }

  #line(at: number): number {
    return this.#context.startLine + (this.#file.kind === 'text' ? this.#file.lineOf(at) : 0);
  }

  #provenance({ from, to }: Place): Provenance {
    const offsetOf = this.#file.kind === 'text' ? this.#file.byteOffsetOf : (): number => 0;
    const byteOffset = offsetOf(from);
    return {
      evidenceId: this.#context.evidenceId,
      byteOffset: this.#context.startOffset + byteOffset,
      byteLength: offsetOf(to) - byteOffset,
      line: this.#line(from),
    };
  }
}

interface EndedPath {
  readonly end: PathEnd;
  readonly whereSet: ReadonlySet<string>;
}

/** Variables that every way needs are set: gunicorn came up. */
function withoutRequired(ends: readonly PathEnd[]): readonly EndedPath[] {
  const [first, ...others] = ends.map(({ env }) => env);
  const required = [...(first ?? [])].filter((name) => others.every((env) => env.has(name)));
  return ends.map((end) => ({ end, whereSet: new Set([...end.env].filter((name) => !required.includes(name))) }));
}

function outcomeOn<T>({ end, whereSet }: EndedPath, name: SettingName, validate: Validator<T>): Found<T> {
  const found = end.valueOf(name);
  if (found === undefined) return { outcome: { kind: 'not-set' }, whereSet, restsOn: new Set(), why: '', place: null };
  const { value, at: place } = found;
  const restsOn = value.env;
  // What is unknown says itself which expression is; a known value stands in the statement.
  const text = value.t === 'unknown' ? value.text : place.text;
  const validated = isUnknown(value) && value.t === 'unknown' ? ({ kind: 'unknown' } as const) : validate(value);
  switch (validated.kind) {
    case 'set':
      return { outcome: validated, whereSet, restsOn, why: '', place };
    case 'unknown':
      return {
        outcome: { kind: 'unreadable', text: place.text === '' ? text : place.text },
        whereSet,
        restsOn,
        why: '',
        place,
      };
    case 'refused':
      return {
        outcome: { kind: 'unreadable', text: place.text },
        whereSet,
        restsOn,
        why: 'a value that gunicorn refuses',
        place,
      };
  }
}

/** One setting from what every way leaves in it. */
function combine<T>(found: readonly Found<T>[], sourceOf: (place: Place) => Provenance): Setting<T> {
  const plain = found.filter(({ whereSet }) => whereSet.size === 0);
  const base = plain.length > 0 ? plain : found;
  const place =
    base.find((each) => each.place !== null)?.place ?? found.find((each) => each.place !== null)?.place ?? null;
  if (place === null) return { kind: 'not-set' };
  const source = sourceOf(place);
  const { text } = place;
  const choices = distinctChoices(found);
  const baseChoices = distinctChoices(base);
  const [only] = baseChoices;
  const unreadable = base.find(({ outcome }) => outcome.kind === 'unreadable');
  if (unreadable?.outcome.kind === 'unreadable' && unreadable.place !== null) {
    return {
      kind: 'unreadable',
      text: unreadable.outcome.text,
      why: unreadable.why,
      source: sourceOf(unreadable.place),
    };
  }
  const others = choices.filter(({ outcome }) => only === undefined || !isSame(outcome, only.outcome));
  const restsOn = new Set(base.flatMap((each) => [...each.restsOn]));
  if (
    baseChoices.length === 1 &&
    only?.outcome.kind === 'set' &&
    others.every(({ outcome }) => outcome.kind === 'unreadable')
  ) {
    for (const each of found)
      if (each.outcome.kind === 'unreadable') for (const name of each.whereSet) restsOn.add(name);
    return { kind: 'set', value: only.outcome.value, overridableBy: [...restsOn].sort(), text, source };
  }
  return { kind: 'choices', choices: choices.slice(0, 20), text, source };
}

/** What may hold, each with the fewest variables that it needs, the empty environment's first. */
function distinctChoices<T>(found: readonly Found<T>[]): readonly SettingChoice<T>[] {
  const choices = new Map<string, SettingChoice<T>>();
  for (const { outcome, whereSet } of [...found].sort((a, b) => a.whereSet.size - b.whereSet.size)) {
    const key = JSON.stringify(outcome);
    if (!choices.has(key)) choices.set(key, { outcome, whereSet: [...whereSet].sort() });
  }
  return [...choices.values()];
}

function isSame<T>(a: SettingChoice<T>['outcome'], b: SettingChoice<T>['outcome']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
