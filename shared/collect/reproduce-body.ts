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

Give the folder with the results to Inquest together with the other evidence: it
reads reproduced.txt.
END
}

${optionsPart('reproduce.sh', [['--trace-memory', 'trace_memory=yes']], OPTIONS)}
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
mkdir -p "$out" || exit 1
# mkdir fails where something of this name exists: nothing is ever written over.
mkdir "$work" || exit 1
results="$work/reproduced.txt"
copies=''
# The copy holds the service's data, and would be taken for its database if it lay beside the results.
trap '[ -z "$copies" ] || rm -rf "$copies"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
echo "Results go to $work; each step has at most $limit s."

# outcome STATUS: of a step under timeout(1), which ends with 124 where it sent SIGTERM and with 137 where it sent SIGKILL
outcome() {
  case $1 in
    0) echo 'done' ;;
    124) echo 'time limit' ;;
    12[89] | 1[3-9][0-9]) echo "signal $(($1 - 128))" ;;
    *) echo "failed $1" ;;
  esac
}

# told LINE...: each goes to the results and to whoever sits here
told() {
  printf '%s\n' "$@" | tee -a "$results"
}

one_line() {
  printf '%s' "$1" | tr '\n\r\t' '   '
}

hash_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1" | cut -d ' ' -f 1; else echo unknown; fi
}

{
  echo '# Inquest reproduction 1'
  date '+# %Y-%m-%d %H:%M:%S UTC'
  echo "python: $("$python" -V 2>&1 | head -n 1)"
  echo "limit: $limit s"
  echo "artifact: $(hash_of "$artifact") $(wc -c <"$artifact" | tr -d ' ') $(one_line "$artifact")"
} >"$results"

# --- The parse

parse_program=$(
  cat <<'END'
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


def parse(file):
    global count
    if how == "tree":
        root = ElementTree.parse(file).getroot()
        count = sum(1 for _ in root.iter("testcase"))
        return root
    if how == "stream":
        for _, element in ElementTree.iterparse(file):
            count += element.tag == "testcase"
            element.clear()
        return None

    def start_element(name, attributes):
        global count
        count += name == "testcase"

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start_element
    parser.ParseFile(file)
    return None


started = time.monotonic()
try:
    with open(path, "rb") as file:
        tree = parse(file)
except (ElementTree.ParseError, xml.parsers.expat.ExpatError, MemoryError) as error:
    print(f"parse {how}: failed 1: {type(error).__name__} {error}")
    sys.exit(0)
seconds = time.monotonic() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(f"parse {how}: done: {count} test cases in {seconds:.2f} s, at most {peak} bytes of memory")
if trace and how == "tree":
    for line in tracemalloc.take_snapshot().statistics("lineno")[:10]:
        print(f"  {line}")
END
)

for how in expat stream tree; do
  # What the interpreter says when it cannot go on is kept, indented, below the outcome.
  said=$(timeout -k 5 "$limit" "$python" -c "$parse_program" "$how" "$artifact" "$trace_memory" 2>&1)
  status=$?
  if [ "$status" -eq 0 ]; then
    told "$said"
  else
    told "parse $how: $(outcome "$status")"
    [ -z "$said" ] || printf '%s\n' "$said" | tail -n 20 | sed 's/^/  /' >>"$results"
  fi
done

# --- The import, on a copy

if [ -z "$import" ]; then
  echo 'No import command: only the parse was repeated (--import).'
  exit 0
fi

copies=$(mktemp -d) || fail 'there is no temporary folder for the copy of the database'
copy="$copies/\${database##*/}"
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
INQUEST_DATABASE=$copy
case $artifact in
  /*) INQUEST_ARTIFACT=$artifact ;;
  *) INQUEST_ARTIFACT=$PWD/\${artifact#./} ;;
esac
export INQUEST_DATABASE INQUEST_ARTIFACT
[ -z "$database_variable" ] || export "$database_variable=$INQUEST_DATABASE"

# held PID: bytes that a process and all below it hold
held() {
  ps -e -o pid= -o ppid= -o rss= 2>/dev/null | awk -v root="$1" '
    { parent[$1] = $2; rss[$1] = $3 }
    END {
      for (pid in rss) {
        above = pid
        for (step = 0; step < 64 && above != root && above in parent; step++) above = parent[above]
        if (above == root) sum += rss[pid]
      }
      printf "%d", sum * 1024
    }
  '
}

# Debug logging where the import looks for it in the usual places. faulthandler writes the stack on the SIGABRT with which
# the limit ends it: as gunicorn does with a worker that is late.
PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 LOG_LEVEL=DEBUG LOGLEVEL=DEBUG
export PYTHONFAULTHANDLER PYTHONUNBUFFERED LOG_LEVEL LOGLEVEL
echo "Importing into a copy of $database"
# The line on top tells Inquest that what stands below is no log of the incident.
echo '# Inquest reproduction 1, output of the import' >"$work/import.log"
started=$(date +%s)
timeout -s ABRT -k 5 "$limit" sh -c "exec 2>&1; $import" >>"$work/import.log" &
running=$!
peak=0
while kill -0 "$running" 2>/dev/null; do
  now=$(held "$running")
  [ "\${now:-0}" -le "$peak" ] || peak=$now
  sleep 1
done
wait "$running"
status=$?
seconds=$(($(date +%s) - started))
# timeout(1) ends with 124 also when the signal that it sent was another than SIGTERM.
ended=$(outcome "$status")
case $status in 134 | 137) [ "$seconds" -lt "$limit" ] || ended='time limit' ;; esac
told "import: $ended in $seconds s, at most $peak bytes of memory"
[ "$status" -eq 0 ] || tail -n 40 "$work/import.log" | sed -e '/^# Inquest reproduction/d' -e 's/^/  /' >>"$results"
echo "Its words are in $work/import.log."
exit 0
`;
