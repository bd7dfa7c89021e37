import type { TimeResolution } from '../../model/evidence.ts';
import type { Pressure } from '../../model/probes.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { SnapshotClock } from './snapshot-time.ts';

// some avg10=38.04 avg60=26.08 avg300=27.89 total=259813271          /proc/pressure/memory:some avg10=... (grep)
const ROW =
  /^(?:(\S{0,500}(?:memory|io|cpu|irq)\S{0,20}):)?(some|full) avg10=(\d{1,3}\.\d\d) avg60=(\d{1,3}\.\d\d) avg300=(\d{1,3}\.\d\d) total=\d{1,20}\s*$/;
// ==> /proc/pressure/memory <==
const HEADED = /^==> (.{1,500}) <==$/;

/** Which resource a name is of; the rows themselves do not say. */
function resourceOf(name: string): Pressure['resource'] | null {
  const found = /(?:^|[^a-z])(memory|mem|io|cpu)(?:[^a-z]|$)/i.exec(name.toLowerCase())?.[1];
  return found === 'mem' ? 'memory' : found === 'memory' || found === 'io' || found === 'cpu' ? found : null;
}

/**
 * Pressure stall information: `/proc/pressure/memory`, `io` and `cpu`, or a cgroup's `memory.pressure`, once or repeatedly under date lines. Which
 * resource it is, the name of the file says, or what `head` and `grep` put in front. Source: https://docs.kernel.org/accounting/psi.html
 */
const createPressureParser: CreateParser = (context) => parserOfLines(context, new PressureHandler(context));

class PressureHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #resource: Pressure['resource'] | null;
  #nameless: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of pressure');
    this.#resource = resourceOf(context.fileName);
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const headed = HEADED.exec(line.text);
    if (headed !== null) {
      this.#resource = resourceOf(headed[1] ?? '');
      return;
    }
    const row = ROW.exec(line.text);
    if (row === null) {
      // # memory
      const named = /^\s*#/.test(line.text) ? resourceOf(line.text) : null;
      if (named !== null) this.#resource = named;
      else if (!this.#clock.takeDateLine(line.text) && !isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    const [, name, of, avg10, avg60, avg300] = row;
    const resource = name === undefined ? this.#resource : resourceOf(name);
    if (resource === null) {
      this.#nameless ??= line;
      return;
    }
    const pressure: Pressure = {
      time: this.#clock.time,
      resource,
      of: of === 'full' ? 'full' : 'some',
      avg10: Number(avg10),
      avg60: Number(avg60),
      avg300: Number(avg300),
      source: provenanceOfLines(this.#context, line),
    };
    out.push({ type: 'pressure', pressure });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    if (this.#nameless !== null) {
      const message = `${this.#context.fileName} tells of pressure and not of what: name it after /proc/pressure/memory, io or cpu, or save it with head /proc/pressure/*.`;
      out.push(problemItem('unclassified', message, this.#nameless.byteOffset));
    }
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const PRESSURE: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`head /proc/pressure/*`',
  detect: {
    by: 'header',
    sign: {
      sample: 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0',
      why: 'tells of pressure (PSI)',
      reads: (line) => ROW.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createPressureParser,
  // It holds no events.
  readAgain: null,
};
