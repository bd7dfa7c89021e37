import { readAccessLine } from '../evidence/logs/access-line.ts';
import { behindStamp, isSupervisorChatter } from '../evidence/wording/classify-supervisor.ts';

/**
 * What an application's own log line says about the progress of an operation. Applications word this freely, so lines are
 * read by the kind of activity (stems) and by tense ("Parsing" begins, "Parsed" ends), never by whole phrases. English first;
 * the commonest German, French and Spanish words beside it, without their accents (see `plain`).
 */

export type StepName = 'download' | 'parse' | 'insert' | 'other-step';

type MessageRole =
  | 'operation-start'
  | 'operation-done'
  | 'operation-failed'
  | 'step-start'
  | 'step-done'
  | 'progress'
  | 'request-done'
  | 'other';

export interface MessageMeaning {
  readonly role: MessageRole;
  readonly step: StepName | null;
  /** Records that the line counts (`Parsed 110000 test results`, `batch size: 320`), or null. */
  readonly records: number | null;
  /** Bytes that the line names (`(59261760 bytes)`, `56.5 MB`), or null. */
  readonly bytes: number | null;
  /** Seconds that the line itself states (`in 64.9s`), or null. */
  readonly statedSeconds: number | null;
  /** A file name or path that the line names, or null. */
  readonly path: string | null;
}

const STEM_OF_STEP: readonly { readonly step: StepName; readonly pattern: RegExp }[] = [
  // "Starting database insert (batch size: 320)", "Writing 320 rows to the database", "Saving results", "bulk upsert"
  {
    step: 'insert',
    pattern:
      /\b(?:insert\w*|upsert\w*|persist\w*|executemany|commit(?:s|ted|ting)?|flush(?:ed|ing)?|bulk[ -](?:write|load|save)\w*|sav(?:e|ing|ed)|stor(?:e|ing|ed)|einfug\w*|eingefugt|speicher[ent]\w*|gespeichert|enregistr\w*|guard(?:ando|ad[oa]s?)|(?:writ(?:e|ing|ten)|wrote|load(?:ing|ed)?|add(?:ing|ed)?|schreib\w+|ecri\w+|escrib\w+)\b.{0,40}\b(?:datenbank|base de \w+|zeilen|lignes|filas|database|db|rows?|records?|tables?|sqlite)|database (?:write|load))\b/i,
  },
  // "Parsing XML: logs/7.0/vpn/14/test-results.xml", "Reading report", "Deserialised 300 results"
  {
    step: 'parse',
    pattern:
      /\b(?:pars(?:e|es|ed|ing|er|ear|eando)|geparst|eingelesen|einlesen|(?:analyse|lecture) d(?:u|e|es)|(?:lese|analizando|leyendo|analizad[oa])(?= .{0,40}(?:xml|json|csv|bericht|informe|resultad))|deseriali[sz]\w*|unmarshal\w*|decod(?:e|ed|ing)|tokeni[sz]\w*|(?:read(?:ing)?|load(?:ed|ing)?|scann?(?:ed|ing)?)\b.{0,30}\b(?:xml|junit|json|csv|report|results?|document|artifact)s?)\b/i,
  },
  // "Downloading artifact from https://...", "Fetched 59 MB", "pulling report from rig-3"
  {
    step: 'download',
    pattern:
      /\b(?:download\w*|herunter(?:laden|geladen)?|telecharg\w*|descarg\w*|fetch\w*|retriev\w*|pull(?:ed|ing)?|transferr?\w*|copy(?:ing)?|copied|upload\w*|receiv\w*|stream(?:ed|ing) from)\b/i,
  },
];

/** Verbs of a whole operation, as stems: import, ingest, sync, process, ... */
const OPERATION_STEM =
  /\b(?:import\w*|verarbeit\w*|traitement|traite|proces(?:ando|amiento|ad[oa])|ingest\w*|sync\w*|synchroni[sz]\w*|process(?:ing|ed|es)?|handl(?:e|ing|ed)|execut\w*|run(?:ning)?|analy[sz]\w*|index(?:ing|ed)?|migrat\w*|export\w*|rebuild\w*|refresh\w*|generat\w*|convert\w*|load(?:ing|ed)?|crunch\w*|evaluat\w*|collect\w*)\b/i;

/**
 * The words that lines are read by. line-glance.ts looks for the same ones among bytes, so these are patterns of words alone: see
 * wordForms.
 */
export const WORDS = {
  // "completed", "Import of VPN job 13 finished in 2.1s", "done"
  done: String.raw`finished|completed?|done|succeeded|successful(?:ly)?|ended|abgeschlossen|fertig|beendet|erfolgreich|terminee?|terminad[oa]|achevee?|finalizad[oa]|completad[oa]`,
  // "Parsed 300 results", "Inserted 110000 rows", "Imported VPN job 13"
  leadingPast: String.raw`parsed|inserted|upserted|downloaded|fetched|retrieved|pulled|received|transferred|copied|uploaded|saved|stored|persisted|committed|flushed|wrote|written|read|loaded|added|decoded|deseriali[sz]ed|imported|ingested|synced|synchroni[sz]ed|processed|handled|executed|analy[sz]ed|indexed|migrated|exported|converted|scanned|rebuilt|refreshed|generated|evaluated|collected|crunched|analizad[oa]s?|insertad[oa]s?|descargad[oa]s?|guardad[oa]s?|procesad[oa]s?`,
  // "VPN job 6 imported in 7.1s", "Report 14 processed"
  trailingPast: String.raw`imported|ingested|synced|synchroni[sz]ed|processed|analy[sz]ed|indexed|converted|importiert|verarbeitet|eingelesen|heruntergeladen|geparst|eingefugt|gespeichert|exportiert|erzeugt|importee?s?|exportee?s?|traitee?s?|analysee?s?|inseree?s?|telechargee?s?|enregistree?s?|generee?s?|(?:import|export|proces|sincroniz|gener|analiz|grab|guard)ad[oa]s?|(?:import|esport|elabor|sincronizz|gener|salv)at[oaie]|geimporteerd|verwerkt|opgeslagen|(?:za)?importowan[aeyo]|przetworzon[aeyo]`,
  started: String.raw`start(?:s|ed|ing)?|begin(?:s|ning)?|began|initiat\w*|kick(?:ed|ing)? off|accepted|picked up|queued|gestartet|starten?|beginn(?:e|t|en)?|begonnen|debut|demarr\w*|commenc(?:e|ee)|inici(?:o|a|ando|ad[oa])|comenzando|empezando`,
  leadingVerb: 'lese|lade|schreibe|importiere|verarbeite|speichere|fuge|starte',
  leadingNoun: 'analyse|lecture|insertion|importation|traitement|telechargement|enregistrement|ecriture',
  heading: 'import|ingest|sync',
  failed: String.raw`fail(?:ed|ure|s|ing)?|errors?|exception|abort(?:ed|ing)?|could not|couldn't|cannot|can't|unable|rolled back|rolling back|giving up|gave up|crash(?:ed)?|fehlgeschlagen|gescheitert|fehler|echou\w*|echec|erreur|fallo|fallid[oa]`,
  retry: String.raw`retry\w*|retries|attempt \d+|trying again|will try`,
  // "Processed 300 of 5000"
  betweenCounts: 'of|out of|von|sur|van|av|af|z|ze|od|из|de um total de',
  /** Between two numbers where a word stands behind: else a date. */
  betweenCountsOfThings: 'd[ei]',
  goingOn: 'so far|still',
} as const;

const DONE = new RegExp(String.raw`\b(?:${WORDS.done})\b`, 'i');
const LEADING_PAST = new RegExp(String.raw`^(?:\w+:\s+)?(?:${WORDS.leadingPast})\b`, 'i');
const TRAILING_PAST = new RegExp(
  String.raw`\b(?:${WORDS.trailingPast})(?:\s+successfully)?(?:\s*\([^)]{0,60}\))?(?:\s+(?:in|nach|en|after|within)\s+\d[\d.,]*\s*\w*)?\s*[.!]?$`,
  'i',
);
const STARTED = new RegExp(String.raw`\b(?:${WORDS.started})\b`, 'i');
const LEADING_ING = new RegExp(
  String.raw`^(?:now |re-?)?[a-z]+(?:ing|ando|iendo)\b|^(?:${WORDS.leadingVerb})\s|^(?:${WORDS.leadingNoun}) (?:du|de|des|d')`,
  'i',
);
const FAILED = new RegExp(String.raw`\b(?:${WORDS.failed})\b`, 'i');
const RETRY = new RegExp(String.raw`\b(?:${WORDS.retry})\b`, 'i');
// "Processed 300 of 5000", "45%", "[3/10]", "so far"
const PROGRESS = new RegExp(
  String.raw`(?<![\w/.-])\d[\d,.]*\s*(?:\/|${WORDS.betweenCounts}|${WORDS.betweenCountsOfThings}(?=\s+\d[\d,.]*\s+\p{L}{4}))\s*\d[\d,.]*(?![\w/-])|\b\d{1,3}(?:[.,]\d+)?\s?%|\b(?:${WORDS.goingOn})\b`,
  'iu',
);
const HEADING = new RegExp(String.raw`^(?:${WORDS.heading})\b`, 'i');
// gunicorn's access log: 127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl"
// Heroku's router and other proxies in logfmt: at=info method=POST path="/digest" ... status=200 bytes=2701
const ROUTER_LINE = /(?:^|\s)method="?(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)"?\s(?=.{0,2000}\bstatus="?\d{3}\b)/i;
const ACCESS_LINE = /^\[pid: \d+\|app: |"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ HTTP\/\d(?:\.\d)?" \d{3}\b/;

// What Python, gunicorn, uvicorn and what runs them say of themselves: the joint between two tracebacks, the server's and the
// container's own life.
// https://docs.python.org/3/library/traceback.html, gunicorn/arbiter.py, uvicorn/server.py, `docker events`,
// https://devcenter.heroku.com/articles/logging
const FRAMEWORK_LINE =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of|Traceback \(most recent call last\)|Shutting down(?:$|[.:])|Starting gunicorn \d|Listening at:|Using worker:|Booting worker with pid|Worker exiting \(pid|Handling signal: \w+$|Started (?:server|parent|child|reloader) process \[|Finished server process \[|Stopping (?:parent|reloader) process \[|Waiting for (?:application (?:startup|shutdown)|background tasks to complete|connections to close)|Application (?:startup|shutdown) (?:complete|failed)|Uvicorn running on |container (?:create|start|restart|stop|die|kill|destroy|attach|health_status)\b|(?:Starting|Stopping) process with |State changed from )/;

/** Whether a line is said by what runs the service, of itself: it is no work, and no part of one. */
export function isOfFramework(text: string): boolean {
  return FRAMEWORK_LINE.test(text.trimStart()) || isSupervisorChatter(behindStamp(text));
}

/** What a line says of its progress stands at its beginning; patterns look at every place of what they are given. */
const READ_CHARACTERS = 4096;

/** What a line counts, measures and names, whatever it says of the work. */
type Figures = Pick<MessageMeaning, 'records' | 'bytes' | 'statedSeconds' | 'path'>;
const NO_FIGURES: Figures = { records: null, bytes: null, statedSeconds: null, path: null };

/**
 * Reads one log line's bare text (without the logger's header).
 *
 * `isError` tells that the line was logged at ERROR or above: words such as "error" then mean failure; in an INFO line
 * ("0 errors") they mean nothing. `whole` is the text with the fields behind it, in which amounts may stand.
 */
export function readMessage(message: string, isError: boolean, whole = message): MessageMeaning {
  return new Meaning(roleOf(message, isError), whole);
}

/** A meaning under another role. */
export function meaningAs(meaning: MessageMeaning, role: MessageRole, step: StepName | null): MessageMeaning {
  if (meaning instanceof Meaning) return meaning.as({ role, step });
  const { records, bytes, statedSeconds, path } = meaning;
  return { role, step, records, bytes, statedSeconds, path };
}

type Role = Pick<MessageMeaning, 'role' | 'step'>;

/** What a line says, with its figures read when one is asked for: of most lines none is. */
class Meaning implements MessageMeaning {
  readonly role: MessageRole;
  readonly step: StepName | null;
  readonly #whole: string;
  #figures: Figures | null = null;

  constructor({ role, step }: Role, whole: string) {
    this.role = role;
    this.step = step;
    this.#whole = whole;
  }

  as(role: Role): MessageMeaning {
    return new Meaning(role, this.#whole);
  }

  get records(): number | null {
    return this.#read().records;
  }

  get bytes(): number | null {
    return this.#read().bytes;
  }

  get statedSeconds(): number | null {
    return this.#read().statedSeconds;
  }

  get path(): string | null {
    return this.#read().path;
  }

  #read(): Figures {
    this.#figures ??= figuresOf(plain(this.#whole.slice(0, READ_CHARACTERS)));
    return this.#figures;
  }
}

/** Longer texts hardly ever come again. */
const REMEMBERED_CHARACTERS = 256;
const MOST_REMEMBERED = 4_096;
const DIGIT = /\d/g;

/**
 * The shape of a text: all of its characters, of digits only where they stand. Lines of one logging call have few, and what patterns
 * that tell no digit from another find in one line they find in all lines of its shape.
 */
function shapeOf(text: string): string {
  // Its role and its template are asked for one after the other.
  if (text !== latestShape.text) latestShape = { text, shape: text.replace(DIGIT, '0') };
  return latestShape.shape;
}

let latestShape = { text: '', shape: '' };

/** Remembers what is told of a text by what that depends on. */
class Remembered<T> {
  readonly #known = new Map<string, T>();
  readonly #keyOf: (text: string) => string;
  readonly #tell: (text: string) => T;

  constructor(keyOf: (text: string) => string, tell: (text: string) => T) {
    this.#keyOf = keyOf;
    this.#tell = tell;
  }

  of(text: string): T {
    if (text.length > REMEMBERED_CHARACTERS) return this.#tell(text);
    const key = this.#keyOf(text);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const told = this.#tell(text);
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(key, told);
    return told;
  }
}

const ROLES = new Remembered(shapeOf, (text) => readRole(plain(text.slice(0, READ_CHARACTERS)), false));
const ROLES_OF_ERRORS = new Remembered(shapeOf, (text) => readRole(plain(text.slice(0, READ_CHARACTERS)), true));

function roleOf(text: string, isError: boolean): Role {
  return (isError ? ROLES_OF_ERRORS : ROLES).of(text);
}

function readRole(text: string, isError: boolean): Role {
  const step = STEM_OF_STEP.find(({ pattern }) => pattern.test(text))?.step ?? null;
  const reading = (role: MessageRole, of: StepName | null = step): Role => ({
    role,
    step: of,
  });

  if (ROUTER_LINE.test(text) || ACCESS_LINE.test(text)) return reading('request-done', null);
  if (isOfFramework(text)) return reading('other', null);
  if (RETRY.test(text)) return reading('progress');
  if (isError && FAILED.test(text)) return reading('operation-failed');
  if (PROGRESS.test(text)) return reading('progress');
  const startsInPast = LEADING_PAST.test(text);
  const operationLevel = step === null || isOperationAboutWhole(text, step);
  if (startsInPast || ((DONE.test(text) || TRAILING_PAST.test(text)) && !STARTED.test(text))) {
    if (operationLevel)
      return OPERATION_STEM.test(text) || DONE.test(text) ? reading('operation-done', null) : reading('other');
    return reading('step-done');
  }
  if (STARTED.test(text) || LEADING_ING.test(text)) {
    if (operationLevel) {
      return OPERATION_STEM.test(text) || STARTED.test(text)
        ? reading('operation-start', null)
        : reading('step-start', 'other-step');
    }
    return reading('step-start');
  }
  // "Import of VPN job 14": a heading without a verb form still opens the operation.
  if (step === null && HEADING.test(text)) return reading('operation-start', null);
  return reading('other');
}

function figuresOf(text: string): Figures {
  if (ROUTER_LINE.test(text)) return NO_FIGURES;
  const figures = readFigures(text);
  const seconds = ACCESS_LINE.test(text) ? (readAccessLine(text)?.seconds ?? null) : null;
  return seconds === null ? figures : { ...figures, statedSeconds: seconds };
}

// Accents that are letters' own marks; in what is not composed of letters there is nothing to take off.
const MARKS = /\p{M}/gu;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The text without accents, so that `\b` and letters without marks serve every language that is read. */
export function plain(text: string): string {
  return BEYOND_ASCII.test(text) ? text.normalize('NFD').replace(MARKS, '') : text;
}

/** `Started importing VPN job 14 (parse and insert)` names steps in passing; its leading verb is the operation's. */
function isOperationAboutWhole(text: string, step: StepName): boolean {
  const operationAt = text.search(/\b(?:import|ingest|sync|process)\w*/i);
  if (operationAt < 0) return false;
  const pattern = STEM_OF_STEP.find((entry) => entry.step === step)?.pattern;
  const stepAt = pattern === undefined ? -1 : text.search(pattern);
  return stepAt < 0 || operationAt < stepAt;
}

/** "Byte" as it is counted in other languages: 214118023 bajta, 48 211 байт. */
const BYTES_ELSEWHERE =
  'bajt bajta bajtov bajtova bajtu bajty bajtow baiti baititi octeti tavua bait baiti bajtot bayt байт байта байтов баита баит баитов баити баитів baidi baitu baitai baitas oktet oktets 字节 位元組 バイト 바이트'.split(
    ' ',
  );

function bytesElsewhere(): Readonly<Record<string, number>> {
  return Object.fromEntries(BYTES_ELSEWHERE.map((word) => [word, 1]));
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  bytes: 1,
  octet: 1,
  ...bytesElsewhere(),
  octets: 1,
  ko: 1e3,
  mo: 1e6,
  go: 1e9,
  kb: 1e3,
  kib: 1024,
  mb: 1e6,
  mib: 1024 ** 2,
  gb: 1e9,
  gib: 1024 ** 3,
};

const SIZE = new RegExp(
  String.raw`(\d[\d,_]*(?:\.\d+)?)\s*(bytes?|octets?|${BYTES_ELSEWHERE.join('|')}|[kmg]i?b|[kmg]o|b)(?![\p{L}\p{N}_])`,
  'iu',
);

function readFigures(text: string): Figures {
  // "(59261760 bytes)", "56.5 MB"
  // "1,9 GB" has a fraction where most of Europe writes it, "59,261,760 bytes" and "1,900 MB" have thousands.
  const size = SIZE.exec(text.replace(/(?<![\d.,])(\d{1,3}),(\d{1,2})(?=\s*[kmg](?:i?b|o)\b)/gi, '$1.$2'));
  // "in 64.9s", "took 120 ms", "after 3 seconds"
  const duration =
    /\b(?:in|took|after|within|elapsed:?|nach|en)\s+(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|min(?:utes?)?)\b/i.exec(
      text,
    );
  // "110000 test results", "320 rows", "2.1 million records", "batch size: 320", "batch of 320"
  const records =
    /(?<![\d.,])(\d[\d,_]*(?:\.\d+)?)\s+(?:(million|thousand|mio\.?|millionen|tsd\.?|tausend|mille|millions|miles|millones)\s+(?:de\s+)?)?(?:\w+\s+){0,2}?(?:results?|rows?|records?|tests?|test ?cases?|cases|items?|entries|zeilen|testergebnisse|ergebnisse|datensatze|lignes|resultats|filas|resultados|pruebas)\b/i.exec(
      text,
    ) ?? /\b(?:batch(?: size)?|rows|records|count|size|total)\s*(?:[:=]|of)\s*(\d[\d,_]*)/i.exec(text);
  // "logs/7.0/vpn/14/test-results.xml"
  const path =
    /(?:^|[\s'"(=:])((?:\.{0,2}\/)?[\w@+.-]+(?:\/[\w@+.%-]+)*\.(?:xml|json|csv|gz|zip|xz|zst|bz2|tar))\b/i.exec(text);
  const unit = size?.[2]?.toLowerCase();
  return {
    records: records?.[1] === undefined ? null : Math.round(toNumber(records[1]) * multiplierOf(records[2])),
    bytes:
      size?.[1] === undefined || unit === undefined ? null : Math.round(toNumber(size[1]) * (BYTE_UNITS[unit] ?? 1)),
    statedSeconds:
      duration?.[1] === undefined ? null : Number(duration[1].replace(',', '.')) * secondsPerUnit(duration[2] ?? 's'),
    path: path?.[1] ?? null,
  };
}

/** `2.1 million records`. */
function multiplierOf(word: string | undefined): number {
  if (word === undefined) return 1;
  return /^mi(?:o|ll(?:ion|on))/i.test(word) ? 1e6 : 1e3;
}

function toNumber(digits: string): number {
  return Number(digits.replace(/[,_]/g, ''));
}

function secondsPerUnit(unit: string): number {
  const lower = unit.toLowerCase();
  if (lower.startsWith('ms') || lower.startsWith('milli')) return 0.001;
  return lower.startsWith('m') ? 60 : 1;
}

/** A line with its numbers, hashes and quoted parts masked: two lines of one template come from one logging call. */
export function messageTemplate(text: string): string {
  return TEMPLATES.of(text);
}

const TEMPLATES = new Remembered(shapeOf, (text) =>
  text.slice(0, READ_CHARACTERS).replace(MASKED, (part) => (DIGITS_ALONE.test(part) ? '#' : '?')),
);

/** Quoted parts (an apostrophe within a word opens none), names made of letters and digits, hashes and numbers, in the order in which they stand. */
const MASKED =
  /(?<![\p{L}\d])(['"]).*?\1|\b(?=\w{0,30}?(?:[a-z]\d|\d[a-z]))\w{8,64}\b|\b(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b|\d+(?:[.,_]\d+)*/giu;
const DIGITS_ALONE = /^\d[\d.,_]*$/;

/** A number of a line: its value and where it stands. */
export interface NumberInText {
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** The numbers of a line, as many as its template has `#`: 8,100 and 8_100 are thousands, 8.5 is a fraction. */
export function numbersOf(text: string): readonly NumberInText[] {
  const numbers: NumberInText[] = [];
  for (const { 0: part, index } of text.slice(0, READ_CHARACTERS).matchAll(MASKED)) {
    if (!DIGITS_ALONE.test(part)) continue;
    // 8.100 and 8.100.000 are thousands where most of Europe writes them.
    const digits = /^\d{1,3}(?:\.\d{3})+$/.test(part) ? part.replaceAll('.', '') : part.replace(/[,_]/g, '');
    numbers.push({ value: Number(digits), start: index, end: index + part.length });
  }
  return numbers;
}

// Importiere VPN-Job 14     Début de l'import du rapport 88     Import von VPN-Job 14     Iniciando importación del informe 55
const ARTICLE = String.raw`(?:(?:von|vom|der|die|das|den|des|du|de|del|la|le|les|el|los)\s+|l['’])`;
const LEADING_ELSEWHERE = new RegExp(
  String.raw`^(?:(?:starte|beginne|d[ée]but|d[ée]marrage|iniciando|inicio)\s+${ARTICLE}*)?(?:(?:importiere|verarbeite|importando|procesando|traitement|verarbeitung|importation|importaci[oó]n|import)\s+${ARTICLE}+|(?:importiere|verarbeite|importando|procesando)\s+)`,
  'iu',
);
const TRAILING_START =
  /[\s:,-]+(?:(?:has|have|was|is|were|been)\s+)*(?:start(?:s|ed|ing)|begins?|began|begun|initiated|accepted|picked up|queued|kicked off|gestartet|begonnen|d[ée]marr[ée]e?|commenc[ée]e?|iniciad[oa])$/i;

// Sending reminders (series 19, 230 readers)     Yearly statements: batch 40 (900 documents)     not (612 items), (2.4 GB), (3 of 7)
const NUMBERED_BEHIND =
  /^\s*[([:,-]\s*((?:\p{L}[\p{L}-]*\s+){1,2}(?:no\.?\s*|nr\.?\s*|n\u00ba\s*|#)?\d[\p{L}\d./_-]*)(?=\s*(?:[)\],;:(]|$))/u;

// Loading: district_all.geojson (15.07 MB)
const FILE_BEHIND =
  /^\s*[([:,-]\s*((?:[\p{L}\p{N}._-]+\/)*[\p{L}\p{N}_-][\p{L}\p{N}._-]*\.[a-z][a-z0-9]{1,7})(?=\s*(?:[)\],;:(]|$))/iu;

/** What is worked on, with its number or file where that stands behind a bracket or a colon. */
function withNumber(what: string, behind: string): string {
  const number = NUMBERED_BEHIND.exec(behind)?.[1] ?? FILE_BEHIND.exec(behind)?.[1];
  return what === '' || number === undefined ? what : `${what}, ${number}`;
}

const LEADING_SPEAKER = /^[\p{Ll}_][\p{L}\d_.-]{0,60}:\s+(?=\p{L}+\s)/u;

const NOUN_OF_WORK = /^(?:import|export|ingest|sync|load|refresh|rebuild|run|index)\b/i;

/**
 * What an operation works on, from the line that starts it: `Started importing VPN job 14` -> `VPN job 14`. Null when
 * nothing but verbs is left. At most 60 characters.
 */
export function operationName(text: string): string | null {
  return NAMES.of(text);
}

/** The same line is asked for its name again and again. */
const NAMES = new Remembered(
  (text) => text,
  (text) => readName(text),
);

function readName(text: string): string | null {
  const whole = text.slice(0, READ_CHARACTERS).trim();
  // "worker: Starting import of run 4": who says it is no part of what.
  let rest = whole.replace(LEADING_SPEAKER, '').replace(LEADING_ELSEWHERE, '');
  // Verbs and the small words between them go first, one after the other: "Starting the import of", "Now processing".
  const leading =
    /^(?:now|start(?:ed|ing|s)?|begin(?:ning|s)?|began|going to|about to|initiat(?:ed|ing)|accepted|picked up|queued|request(?:ed)?(?= to)|to|the|an?|of|for|on|with|new|(?:im|ex)port(?:ing|ed|s)|(?:im|ex)port(?!\s+(?:no\.?\s*|#)?\d)|ingest(?:ing|ed|ion|s)?|sync(?:ing|ed|hroni[sz]\w*)?|process(?:ing|ed)?|handl(?:e|ing)|execut(?:e|ing|ion)|run(?:ning)?(?!\s+(?:no\.?\s*|#)?\d)|analy[sz](?:e|ing)|index(?:ing)?|migrat(?:e|ing|ion(?!\s+#?\d))|load(?:ing)?|convert(?:ing)?|generat(?:e|ing)|evaluat(?:e|ing)|collect(?:ing)?|rebuild(?:ing)?|refresh(?:ing)?|crunch(?:ing)?)\b[\s:,-]*/i;
  for (let strip = leading.exec(rest); strip !== null && strip[0].length > 0; strip = leading.exec(rest)) {
    // "Importing export 9": behind a verb it is the thing, of which a number alone would be left.
    const isThing =
      rest.length < whole.length && NOUN_OF_WORK.test(strip[0]) && /^#?\d/.test(rest.slice(strip[0].length));
    if (isThing) break;
    rest = rest.slice(strip[0].length);
  }
  // What follows a preposition or a bracket says where from and how, not what.
  const what =
    rest.split(/\s+(?:from|using|via|with|at|in|into|to|by|as|because)\s+|\s*[([{;,]|\s+-\s+|:\s|\.{2,}|…/i)[0] ?? '';
  rest = /\d/.test(what) ? what : withNumber(what, rest.slice(what.length));
  // "Import of run 4 started", "run 4: begins": the verb may also come last.
  rest = rest
    .replace(/[.:\s]+$/, '')
    .replace(TRAILING_START, '')
    .slice(0, 60);
  return rest === '' ? null : rest;
}

/** The word and the number of the work that a line opens. */
export function namedWork(text: string): NamedWork {
  return NAMED_WORK.of(text);
}

interface NamedWork {
  readonly word: string;
  readonly number: string;
}

const NAMED_WORK = new Remembered(
  (text) => text,
  (text) => readNamedWork(text),
);

function readNamedWork(text: string): NamedWork {
  const [, word = '', number = ''] = /([\p{L}]+)\W{0,3}(\d+)\D*$/u.exec(operationName(text) ?? '') ?? [];
  return { word, number };
}

/** The word in front of the number of the work that a line opens, in small letters; null where it is none of ASCII letters. */
export function namingWord(text: string): string | null {
  const { word } = namedWork(text);
  return /^[a-z]+$/i.test(word) ? word.toLowerCase() : null;
}
