import type { CgroupMemory } from '../../model/host.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';

type Field = 'limitBytes' | 'peakBytes' | 'currentBytes';

/** The files of a memory cgroup that hold one number, of both versions. */
const FILES: Readonly<Record<string, Field>> = {
  'memory.max': 'limitBytes',
  'memory.limit_in_bytes': 'limitBytes',
  'memory.peak': 'peakBytes',
  'memory.max_usage_in_bytes': 'peakBytes',
  'memory.current': 'currentBytes',
  'memory.usage_in_bytes': 'currentBytes',
};
// memory.max          tracker-memory.max.txt          /sys/fs/cgroup/system.slice/tracker.service/memory.max
const NAME =
  /(?:^|[^a-z])(memory\.(?:max|peak|current|high|low|min|limit_in_bytes|max_usage_in_bytes|usage_in_bytes))(?:\.txt)?$/;
const VALUE = /^(\d{1,20}|max)\s*$/;
// /sys/fs/cgroup/memory.max:536870912          grep . memory.*
const GREPPED = /^((?:[^:\s]{0,500}\/)?)(memory\.[a-z_.]{2,30}):(.*)$/;
// ==> memory.max <==          head memory.*, tail -n +1 memory.*
const HEADED = /^==> ((?:.{0,500}\/)?)(memory\.[a-z_.]{2,30}) <==$/;
// anon 512000000          of memory.stat and memory.events
const COUNTER = /^[a-z0-9_]{2,40} \d{1,20}$/;
/** The first version writes this for no limit: the largest number, in whole pages. */
const UNLIMITED = 2 ** 62;

const MOST_GROUPS = 10_000;

interface Group {
  readonly first: Line;
  last: Line;
  limitBytes: number | null;
  peakBytes: number | null;
  currentBytes: number | null;
  oomKills: number | null;
}

/** Share of the lines that must be of such files. */
const SHARE_NEEDED = 0.6;

function areFiles(lines: readonly string[], fileName: string): string | null {
  const told = lines.filter((line) => !isDecoration(line) && !/^-- .* --$/.test(line));
  const values = told.filter((line) => VALUE.test(line));
  const isNamed = NAME.test(fileName) && told.length === 1 && values.length === 1;
  const grepped = told.filter(
    (line) => GREPPED.test(line) || HEADED.test(line) || VALUE.test(line) || COUNTER.test(line),
  );
  const hasNames = told.some((line) => GREPPED.test(line) || HEADED.test(line));
  const isStat = /^anon \d+$/.test(told[0] ?? '') && /^file \d+$/.test(told[1] ?? '');
  return isNamed || isStat || (hasNames && grepped.length >= told.length * SHARE_NEEDED)
    ? 'has the files of a memory cgroup'
    : null;
}

/**
 * How much memory a cgroup may use and has used: `memory.max`, `memory.peak`, `memory.current` and their like of the first version,
 * each as a file of its own or several by `head` or `grep`. Only the name says which a lone number is. Sources:
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
const createCgroupMemoryParser: CreateParser = (context) => parserOfLines(context, new CgroupMemoryHandler(context));

class CgroupMemoryHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  readonly #groups = new Map<string, Group>();
  #folder = '';
  #file: string;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'files of a memory cgroup');
    this.#file = NAME.exec(context.fileName)?.[1] ?? '';
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const headed = HEADED.exec(line.text);
    if (headed !== null) {
      [, this.#folder = '', this.#file = ''] = headed;
      this.#stray.flush(out);
      return;
    }
    const [, folder = this.#folder, file = this.#file, text = line.text] = GREPPED.exec(line.text) ?? [];
    const value = VALUE.exec(text)?.[1];
    if (value === undefined && !COUNTER.test(text)) {
      if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    const field = FILES[file];
    const kills = /^oom_kill (\d{1,15})$/.exec(text)?.[1];
    if ((value === undefined || field === undefined) && kills === undefined) return;
    const known = this.#groups.get(folder);
    if (known === undefined && this.#groups.size === MOST_GROUPS) return;
    const group = known ?? {
      first: line,
      last: line,
      limitBytes: null,
      peakBytes: null,
      currentBytes: null,
      oomKills: null,
    };
    this.#groups.set(folder, group);
    group.last = line;
    if (kills !== undefined) group.oomKills = Number(kills);
    else if (field !== undefined && value !== undefined && value !== 'max' && Number(value) < UNLIMITED) {
      group[field] = Number(value);
    }
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    for (const { first, last, ...told } of this.#groups.values()) {
      const memory: CgroupMemory = { scope: 'cgroup', ...told, source: provenanceOfLines(this.#context, first, last) };
      out.push({ type: 'cgroup-memory', memory });
    }
    reportCutEnd(this.#context, cut, 'number', out);
  }

  timeResolution(): null {
    return null;
  }
}

export const CGROUP_MEMORY: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`head memory.*`',
  detect: { by: 'whole', reads: (_text, lines, fileName) => areFiles(lines, fileName) },
  dated: 'undated',
  printsHostZone: false,
  create: createCgroupMemoryParser,
  // It holds no events.
  readAgain: null,
};
