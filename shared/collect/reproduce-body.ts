import { ASK_PART, optionsPart, type ScriptOption } from './script-parts.ts';

const OPTIONS: readonly ScriptOption[] = [
  ['--artifact', 'artifact=$2'],
  ['--db', 'database=$2'],
  ['--import', 'import=$2'],
  ['--database-variable', 'database_variable=$2'],
  ['--timeout', 'limit=$2'],
  ['--python', 'python=$2'],
  ['--out', 'out=$2'],
];

/**
 * The body of reproduce.sh, for `sh` as POSIX has it, with timeout(1) and Python 3. The signal of the time limit is the one
 * with which gunicorn ends a late worker (arbiter.py, murder_workers), on which faulthandler writes the stack
 * (https://docs.python.org/3/library/faulthandler.html).
 */
export const REPRODUCE_BODY = `usage() {
  cat <<'END'
Usage: sh reproduce.sh [OPTION VALUE]...

Repeats by hand what the worker was doing, each step under a time limit: parses the
artifact in three ways, then runs the import with debug logging on a copy of the
database. The live database is copied and never opened.

  --artifact PATH           the file that was being imported
  --db PATH                 the SQLite database; it is copied with its sidecars
  --import COMMAND          the command that imports, for sh -c. It must take the
                            database from $INQUEST_DATABASE (the copy); the artifact
                            is in $INQUEST_ARTIFACT
  --database-variable NAME  the environment variable from which the import takes the
                            path of its database, instead
  --timeout SECONDS         limit of each step
  --python PATH             the interpreter (default: python3)
  --trace-memory            trace what holds the memory in the tree parse (slow)
  --out FOLDER              where the results go (default: here)
  --help                    show this
END
}

${optionsPart('reproduce.sh', ['--trace-memory', 'trace_memory=yes'], OPTIONS)}
case $limit in '' | 0* | *[!0-9]* | ??????*) fail '--timeout takes a whole number of seconds' ;; esac
case $database_variable in [0-9]* | *[!A-Za-z0-9_]*) fail '--database-variable takes the name of a variable' ;; esac
case $out in -*) out=./$out ;; esac
case $artifact in -*) artifact=./$artifact ;; esac
case $database in -*) database=./$database ;; esac
command -v timeout >/dev/null 2>&1 || fail 'there is no timeout(1) here; without a limit this would be no better than the worker'
command -v "$python" >/dev/null 2>&1 || fail "there is no $python here (--python)"

${ASK_PART}

[ -n "$artifact" ] || artifact=$(ask 'Where is the artifact?')
[ -f "$artifact" ] || fail "the artifact is not here: \${artifact:-nothing tells which it is} (--artifact)"
[ -n "$import" ] || import=$(ask 'Which command imports it, with INQUEST_DATABASE as its database?')
if [ -n "$import" ]; then
  # An import that does not take its database from here would write to the live one.
  case $import$database_variable in
    *INQUEST_DATABASE* | "$import"?*) ;;
    *) fail 'the import must use the variable INQUEST_DATABASE, or take --database-variable: it may not touch the live database' ;;
  esac
  [ -n "$database" ] || database=$(ask 'Where is the database that it writes to?')
  [ -f "$database" ] || fail "the database is not here: \${database:-nothing tells which it is} (--db)"
fi

work="$out/inquest-reproduce-$(date +%Y%m%dT%H%M%SZ)"
# mkdir fails where something of this name exists: nothing is ever written over.
mkdir "$work" || exit 1
echo "Results go to $work; each step has at most $limit s."

# outcome STATUS: of a step under timeout(1)
outcome() {
  case $1 in
    0) echo 'done' ;;
    124) echo "not done after $limit s: ended by the time limit" ;;
    134 | 137) echo "ended by a signal ($1): by the time limit of $limit s, if it ran that long" ;;
    *) echo "failed with status $1" ;;
  esac
}

# --- The parse

cat >"$work/parse.py" <<'END'
import os
import resource
import sys
import time
import xml.etree.ElementTree as ElementTree
import xml.parsers.expat

how, path, trace = sys.argv[1], sys.argv[2], sys.argv[3] == "yes"
if trace and how == "tree":
    import tracemalloc

    tracemalloc.start()
count = 0
started = time.monotonic()
with open(path, "rb") as file:
    if how == "tree":
        root = ElementTree.parse(file).getroot()
        count = sum(1 for _ in root.iter("testcase"))
    elif how == "stream":
        for _, element in ElementTree.iterparse(file):
            if element.tag == "testcase":
                count += 1
            element.clear()
    else:

        def start_element(name, attributes):
            global count
            count += name == "testcase"

        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = start_element
        parser.ParseFile(file)
seconds = time.monotonic() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
size = os.path.getsize(path)
print(f"{how}: {count} test cases of {size} bytes in {seconds:.2f} s, at most {peak} bytes of memory")
if trace and how == "tree":
    for line in tracemalloc.take_snapshot().statistics("lineno")[:10]:
        print(f"  {line}")
END

for how in expat stream tree; do
  timeout -k 5 "$limit" "$python" "$work/parse.py" "$how" "$artifact" "$trace_memory" >>"$work/parse.txt" 2>&1
  status=$?
  [ "$status" -eq 0 ] || echo "$how: $(outcome "$status")" >>"$work/parse.txt"
  tail -n 1 "$work/parse.txt"
done

# --- The import, on a copy

if [ -z "$import" ]; then
  echo 'No import command: only the parse was repeated (--import).'
  exit 0
fi

mkdir "$work/database"
copy="$work/database/\${database##*/}"
attempt=1
while :; do
  for suffix in '' -wal -journal; do
    rm -f "$copy$suffix"
    [ -f "$database$suffix" ] || continue
    cat "$database$suffix" >"$copy$suffix" || fail "$database$suffix cannot be copied"
  done
  # A commit or a checkpoint in between changes the database itself. -shm is made anew when the copy is opened.
  cmp -s "$database" "$copy" && break
  [ "$attempt" -lt 3 ] || fail 'the database is written to all the time: stop the service, or try in a quiet moment'
  attempt=$((attempt + 1))
done
case $copy in
  /*) INQUEST_DATABASE=$copy ;;
  *) INQUEST_DATABASE=$PWD/\${copy#./} ;;
esac
case $artifact in
  /*) INQUEST_ARTIFACT=$artifact ;;
  *) INQUEST_ARTIFACT=$PWD/\${artifact#./} ;;
esac
export INQUEST_DATABASE INQUEST_ARTIFACT
[ -z "$database_variable" ] || export "$database_variable=$INQUEST_DATABASE"

# Debug logging where the import looks for it in the usual places. faulthandler writes the stack on the SIGABRT with which
# the limit ends it: as gunicorn does with a worker that is late.
PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 LOG_LEVEL=DEBUG LOGLEVEL=DEBUG
export PYTHONFAULTHANDLER PYTHONUNBUFFERED LOG_LEVEL LOGLEVEL
echo "Importing into $INQUEST_DATABASE"
started=$(date +%s)
timeout -s ABRT -k 5 "$limit" sh -c "exec 2>&1; $import" >"$work/import.log" &
running=$!
while kill -0 "$running" 2>/dev/null; do
  date '+# %Y-%m-%d %H:%M:%S UTC' >>"$work/ps.txt"
  ps auxww >>"$work/ps.txt" 2>/dev/null
  sleep 1
done
wait "$running"
status=$?
echo "import: $(outcome "$status"), after $(($(date +%s) - started)) s" | tee "$work/import.txt"
echo "Its words are in $work/import.log, its memory and CPU in $work/ps.txt."
exit 0
`;
