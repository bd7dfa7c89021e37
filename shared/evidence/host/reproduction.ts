import type { TimeResolution } from '../../model/evidence.ts';
import type { ImportTrial, ParseTrial, Reproduction, TrialOutcome, TriedParser } from '../../model/reproduction.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { SnapshotClock } from './snapshot-time.ts';

// # Inquest reproduction 1          # Inquest reproduction 1, output of the import
const FIRST_LINE = /^# Inquest reproduction \d{1,3}(, output of the import)?\s*$/;
// python: Python 3.11.2
const PYTHON = /^python: (\S.{0,199})$/;
// limit: 480 s
const LIMIT = /^limit: (\d{1,6}) s$/;
// artifact: 6b86b2...  83886080 logs/7.0/vpn/14/test-results.xml
const ARTIFACT = /^artifact: ([0-9a-f]{64}|unknown) (\d{1,16}) (\S.*)$/;
// parse tree: done: 110000 test cases in 1.71 s, at most 301989888 bytes of memory
const PARSED =
  /^parse (expat|stream|tree): done: (\d{1,12}) test cases in (\d{1,6}(?:\.\d{1,3})?) s, at most (\d{1,16}) bytes of memory$/;
// parse tree: failed 1: ParseError not well-formed (invalid token): line 3, column 4     parse tree: time limit
const NOT_PARSED = /^parse (expat|stream|tree): (time limit|signal \d{1,3}|failed \d{1,3}(?:: .*)?)$/;
// import: done in 41 s, at most 12345678 bytes of memory
const IMPORTED =
  /^import: (done|time limit|signal \d{1,3}|failed \d{1,3}) in (\d{1,8}) s, at most (\d{1,16}) bytes of memory$/;
const WHY_LIMIT = 500;

/** Whether a line is the first of a file that reproduce.sh wrote. */
function isReproduction(text: string): boolean {
  return FIRST_LINE.test(text);
}

/**
 * What reproduce.sh (shared/collect) writes: one record of what came of each step. The output of the import, which has a
 * first line of its own, is told and not read: its words are of the trial, not of the incident.
 */
const createReproductionParser: CreateParser = (context) => parserOfLines(context, new ReproductionHandler(context));

class ReproductionHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  readonly #parses: ParseTrial[] = [];
  #first: Line | null = null;
  #isOutput = false;
  #python: string | null = null;
  #limitSeconds: number | null = null;
  #artifact: Reproduction['artifact'] = null;
  #import: ImportTrial | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'line of what reproduce.sh writes');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const first = FIRST_LINE.exec(line.text);
    if (first !== null && this.#first === null) {
      this.#first = line;
      this.#isOutput = first[1] !== undefined;
      return;
    }
    // What an interpreter or the import said stands indented below its outcome.
    if (this.#isOutput || /^(?: {2}|\s*$)/.test(line.text) || this.#read(line.text.trimEnd())) return;
    this.#stray.add(line);
    if (this.#first === null) this.#stray.flush(out);
  }

  #read(text: string): boolean {
    return this.#clock.takeDateLine(text) || this.#readHead(text) || this.#readTrial(text);
  }

  #readHead(text: string): boolean {
    const python = PYTHON.exec(text)?.[1];
    const limit = LIMIT.exec(text)?.[1];
    const [, sha256, bytes, path] = ARTIFACT.exec(text) ?? [];
    if (python !== undefined) this.#python = python;
    else if (limit !== undefined) this.#limitSeconds = Number(limit);
    else if (path !== undefined)
      this.#artifact = { path, bytes: Number(bytes), sha256: sha256 === 'unknown' ? null : (sha256 ?? null) };
    else return false;
    return true;
  }

  #readTrial(text: string): boolean {
    const parsed = PARSED.exec(text);
    const notParsed = NOT_PARSED.exec(text);
    const imported = IMPORTED.exec(text);
    if (parsed !== null)
      this.#addParse({
        how: parsed[1] as TriedParser,
        outcome: { kind: 'done' },
        testcases: Number(parsed[2]),
        seconds: Number(parsed[3]),
        peakRssBytes: Number(parsed[4]),
      });
    else if (notParsed !== null)
      this.#addParse({
        how: notParsed[1] as TriedParser,
        outcome: outcomeOf(notParsed[2] ?? ''),
        testcases: null,
        seconds: null,
        peakRssBytes: null,
      });
    else if (imported !== null)
      this.#import = {
        outcome: outcomeOf(imported[1] ?? ''),
        seconds: Number(imported[2]),
        peakRssBytes: Number(imported[3]) || null,
      };
    else return false;
    return true;
  }

  /** The first of each way counts: the script tries each once. */
  #addParse(trial: ParseTrial): void {
    if (!this.#parses.some(({ how }) => how === trial.how)) this.#parses.push(trial);
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'line', out);
    if (this.#first === null || this.#isOutput) return;
    out.push({
      type: 'reproduction',
      reproduction: {
        time: this.#clock.time,
        python: this.#python,
        limitSeconds: this.#limitSeconds,
        artifact: this.#artifact,
        parses: this.#parses,
        import: this.#import,
        source: provenanceOfLines(this.#context, this.#first),
      },
    });
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

// "done", "time limit", "signal 9", "failed 1", "failed 1: ParseError no element found: line 1, column 0"
function outcomeOf(text: string): TrialOutcome {
  if (text === 'done') return { kind: 'done' };
  if (text === 'time limit') return { kind: 'time-limit' };
  const [, what, number, why] = /^(signal|failed) (\d+)(?:: (.*))?$/.exec(text) ?? [];
  if (what === 'signal') return { kind: 'signal', signal: Number(number) };
  return { kind: 'failed', status: Number(number), why: why === undefined ? null : why.slice(0, WHY_LIMIT) };
}

export const REPRODUCTION: RecordFormat = {
  holds: 'notices',
  savedAs: null,
  detect: {
    by: 'header',
    sign: {
      sample: '# Inquest reproduction 1',
      why: 'was written by reproduce.sh',
      reads: isReproduction,
    },
  },
  dated: 'itself',
  printsHostZone: false,
  create: createReproductionParser,
  readAgain: null,
};
