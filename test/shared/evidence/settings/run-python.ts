import { spawnSync } from 'node:child_process';

/** What CPython finds: the settings as gunicorn validates them, or null where Python or gunicorn refuses. */
export interface PythonResult {
  readonly raised: string | null;
  /** By name; a setting that is missing is not set; `refused` where gunicorn would not take it. */
  readonly settings: Readonly<Record<string, { readonly value: unknown } | 'refused'>>;
}

/**
 * Executes each program as gunicorn's app/base.py does, in a module of its own named `__config__`, with an empty environment,
 * and validates as gunicorn/config.py does (validate_pos_int, validate_string, validate_list_string, validate_bool).
 */
const RUNNER = `
import importlib.machinery, importlib.util, json, os, sys, tempfile, io
def pos_int(v):
    v = int(v) if isinstance(v, int) else int(v, 0)
    if v < 0: raise ValueError(v)
    return min(v, 10**9)
def string(v):
    if not isinstance(v, str) or not v.strip(): raise TypeError(v)
    return v.strip()
def strings(v):
    if not v: return []
    return [x.strip() for x in ([v] if isinstance(v, str) else v) if isinstance(x, str) or 1 / 0]
def boolean(v):
    if v is None or isinstance(v, bool): return bool(v)
    return {"true": True, "false": False}[v.lower().strip()]
KINDS = dict(timeout=pos_int, graceful_timeout=pos_int, workers=pos_int, threads=pos_int, max_requests=pos_int,
             max_requests_jitter=pos_int, worker_class=string, bind=strings, preload_app=boolean)
programs = json.load(sys.stdin)
real, out = sys.stdout, []
path = os.path.join(tempfile.mkdtemp(), 'gunicorn.conf.py')
for program in programs:
    os.environ.clear()
    open(path, 'wb').write(program.encode('utf-8'))
    settings, raised = {}, None
    sys.stdout = io.StringIO()
    try:
        loader = importlib.machinery.SourceFileLoader('__config__', path)
        mod = importlib.util.module_from_spec(importlib.util.spec_from_loader('__config__', loader))
        sys.modules['__config__'] = mod
        exec(loader.source_to_code(open(path, 'rb').read(), path), mod.__dict__)
        for name, validate in KINDS.items():
            if name not in vars(mod): continue
            try: settings[name] = {"value": validate(vars(mod)[name])}
            except Exception: settings[name] = "refused"
    except BaseException as e:
        raised = type(e).__name__
    sys.stdout = real
    out.append({"raised": raised, "settings": settings})
os.remove(path)
json.dump(out, real)
`;

/** Runs all programs in one process; null where there is no python3. */
export function runPython(programs: readonly string[]): readonly PythonResult[] | null {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-I', '-W', 'ignore', '-c', RUNNER], {
    input: JSON.stringify(programs),
    env: { PATH: process.env.PATH ?? '' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) return null;
  if (status !== 0) throw new Error(`python3: ${stderr}`);
  return JSON.parse(stdout) as readonly PythonResult[];
}
