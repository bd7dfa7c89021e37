import type { UnitAssignment, UnitFragment } from '../../model/unit.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';

/** Assignments of one file that are kept; units have a few dozen. */
const ASSIGNMENT_LIMIT = 1_000;
/** Lines that one value may be continued over, and characters that it may have. */
const CONTINUATION_LIMIT_LINES = 1_000;
const VALUE_LIMIT_CHARACTERS = 128 * 1024;

/** Sections that only systemd's units have. Source: systemd.unit(5), systemd.service(5), systemd.resource-control(5) */
const UNIT_SECTION = /^\[(Unit|Service|Install|Slice|Scope|Socket|Timer|Mount|X-[\w-]+)\]\s*$/;
// # /etc/systemd/system/tracker.service.d/override.conf          as systemctl cat prints it above each file
const CAT_PATH = /^# (\/\S+\/[^/\s]+\.(?:service|slice|scope|socket|timer|mount|conf))\s*$/;
// MemoryMax=420M        ExecStart=/srv/venv/bin/gunicorn --timeout 90 \
const ASSIGNMENT = /^\s*([A-Za-z][A-Za-z0-9-]{0,100})\s*=\s*(.*)$/;

/** The section that a line opens, `Service`, or null for any other line. */
function readUnitSection(text: string): string | null {
  return UNIT_SECTION.exec(text)?.[1] ?? null;
}

/** Whether a line is an assignment of a kind that services of systemd have and hardly any other INI file. */
function isServiceAssignment(text: string): boolean {
  return /^\s*(?:Exec(?:Start|Stop|Reload)(?:Pre|Post)?|TimeoutSt(?:op|art)Sec|Memory(?:Max|High|Limit)|OOMPolicy|WatchdogSec|KillMode|RestartSec|WantedBy|Environment(?:File)?)\s*=/.test(
    text,
  );
}

/**
 * A unit file or drop-in of systemd, or the output of `systemctl cat`, which prints each file under a comment with its
 * path. Assignments are kept as they stand, in their order; merging is left to whoever knows all files.
 * Source: systemd.syntax(7). Line: `ExecStart=/srv/venv/bin/gunicorn -w 4 --timeout 90 app:application`
 */
const createSystemdUnitParser: CreateParser = (context) => parserOfLines(context, new SystemdUnitHandler(context));

interface OpenAssignment {
  readonly key: string;
  readonly parts: string[];
  characters: number;
  readonly first: Line;
  last: Line;
}

class SystemdUnitHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  #hostPath: string | null = null;
  #section: string | null = null;
  #assignments: UnitAssignment[] = [];
  #open: OpenAssignment | null = null;
  #limitReported = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'lines of a unit file');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    // Comments within a continued value are left out of it, and it goes on after them.
    const isComment = /^\s*[#;]/.test(text);
    const path = this.#open === null ? CAT_PATH.exec(text) : null;
    if (path !== null) {
      this.#finishFragment(out);
      this.#hostPath = path[1] ?? null;
      return;
    }
    if (isComment) return;
    if (this.#open !== null) {
      this.#continue(this.#open, line, out);
      return;
    }
    if (text.trim() === '') return;
    if (/^\s*\[.*\]\s*$/.test(text)) {
      this.#stray.flush(out);
      this.#section = text.trim().slice(1, -1);
      return;
    }
    const assignment = ASSIGNMENT.exec(text);
    if (assignment === null || this.#section === null) {
      // root@vm:~# systemctl cat tracker
      if (!/^\S{1,200}[$#] /.test(text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    this.#open = { key: assignment[1] ?? '', parts: [], characters: 0, first: line, last: line };
    this.#take(this.#open, assignment[2] ?? '', out);
  }

  #continue(open: OpenAssignment, line: Line, out: ParsedItem[]): void {
    open.last = line;
    this.#take(open, line.text, out);
  }

  /** Adds a piece of a value; a backslash at its end says that the next line goes on with it. */
  #take(open: OpenAssignment, piece: string, out: ParsedItem[]): void {
    const trimmed = piece.trimEnd();
    const goesOn = trimmed.endsWith('\\');
    const text = (goesOn ? trimmed.slice(0, -1) : trimmed).trim();
    open.characters += text.length;
    const isFull = open.parts.length >= CONTINUATION_LIMIT_LINES || open.characters > VALUE_LIMIT_CHARACTERS;
    if (!isFull) open.parts.push(text);
    else this.#reportLimit(open.first, out);
    if (!goesOn) this.#finishAssignment(out);
  }

  #finishAssignment(out: ParsedItem[]): void {
    const open = this.#open;
    if (open === null || this.#section === null) return;
    this.#open = null;
    if (this.#assignments.length >= ASSIGNMENT_LIMIT) {
      this.#reportLimit(open.first, out);
      return;
    }
    this.#assignments.push({
      section: this.#section,
      key: open.key,
      value: open.parts.filter((part) => part !== '').join(' '),
      source: provenanceOfLines(this.#context, open.first, open.last),
    });
  }

  #finishFragment(out: ParsedItem[]): void {
    this.#finishAssignment(out);
    this.#stray.flush(out);
    const fragment: UnitFragment = {
      evidenceId: this.#context.evidenceId,
      hostPath: this.#hostPath,
      assignments: this.#assignments,
    };
    if (this.#assignments.length > 0) out.push({ type: 'unit-fragment', fragment });
    this.#assignments = [];
    this.#section = null;
    this.#hostPath = null;
  }

  #reportLimit(line: Line, out: ParsedItem[]): void {
    if (this.#limitReported) return;
    this.#limitReported = true;
    out.push(
      problemItem(
        'limit-exceeded',
        `${this.#context.fileName} has more assignments, or a longer value, than any unit file (line ${line.number}); the rest of it is left out.`,
        line.byteOffset,
      ),
    );
  }

  onEnd(out: ParsedItem[]): void {
    const open = this.#open;
    if (open !== null) {
      out.push(
        problemItem(
          'truncated',
          `${this.#context.fileName} ends within the value of ${open.key} at line ${open.first.number}; what is there of it was read.`,
          open.first.byteOffset,
        ),
      );
    }
    this.#finishFragment(out);
  }

  timeResolution(): null {
    return null;
  }
}

export const SYSTEMD_UNIT: RecordFormat = {
  holds: 'settings',
  savedAs: '`systemctl cat SERVICE`',
  detect: {
    by: 'whole',
    // An INI file is a unit file by what its sections and keys are called.
    reads: (_text, lines) =>
      lines.some((line) => readUnitSection(line) !== null) && lines.some(isServiceAssignment)
        ? 'has the sections and settings of a systemd unit'
        : null,
  },
  dated: 'undated',
  printsHostZone: false,
  create: createSystemdUnitParser,
  // It holds no events.
  readAgain: null,
};
