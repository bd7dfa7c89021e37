import type { LaunchedSetting } from '../../model/launch.ts';
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

// worker_class                      = sync
const ROW = /^([a-z][a-z0-9_]{2,40}) {1,40}= (.*)$/;
/** The names that come first, set as wide as the longest of all: no configuration file is written like that. */
const TELLING = /^(?=[a-z_ ]{30,40}=)(?:access_log_format|accesslog|backlog|bind|ca_certs|capture_output) +=/;
/** gunicorn 20 has 83 settings. */
const SETTING_LIMIT = 1_000;

/** Whether a line is one of the first that `gunicorn --print-config` prints, which are in alphabetical order. */
function isFirstOfPrintedConfig(text: string): boolean {
  return TELLING.test(text) && ROW.test(text);
}

/**
 * `gunicorn --print-config`: every setting as gunicorn itself evaluates file, flags and environment, one a line.
 * Source: gunicorn/config.py, Config.__str__
 */
const createPrintConfigParser: CreateParser = (context) => parserOfLines(context, new PrintConfigHandler(context));

class PrintConfigHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  readonly #settings: LaunchedSetting[] = [];

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'line of what gunicorn --print-config prints');
  }

  onLine(line: Line, _out: ParsedItem[]): void {
    const text = line.text.trimEnd();
    const [, setting, value] = ROW.exec(text) ?? [];
    if (setting === undefined || value === undefined) {
      // A value of several lines goes on below its name.
      if (this.#settings.length === 0 && !isDecoration(text)) this.#stray.add(line);
      return;
    }
    if (value === 'None' || this.#settings.length >= SETTING_LIMIT) return;
    this.#settings.push({
      setting,
      value,
      overridableBy: [],
      from: 'printed',
      text,
      source: provenanceOfLines(this.#context, line),
    });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    // A number that is cut short is another number.
    const whole = cut === null ? this.#settings : this.#settings.filter(({ source }) => source.line !== cut.number);
    reportCutEnd(this.#context, cut, 'setting', out);
    const first = whole[0];
    if (first === undefined) return;
    out.push({
      type: 'launch',
      launch: {
        evidenceId: this.#context.evidenceId,
        kind: 'printed settings',
        name: null,
        settings: whole,
        isConditional: false,
        stopSeconds: null,
        source: first.source,
      },
    });
  }

  timeResolution(): null {
    return null;
  }
}

export const PRINT_CONFIG: RecordFormat = {
  holds: 'settings',
  savedAs: '`gunicorn --print-config`',
  detect: {
    by: 'header',
    sign: {
      sample: 'access_log_format                 = %(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"',
      why: 'has the settings that gunicorn --print-config prints',
      reads: isFirstOfPrintedConfig,
    },
  },
  dated: 'undated',
  printsHostZone: false,
  create: createPrintConfigParser,
  // It holds no events.
  readAgain: null,
};
