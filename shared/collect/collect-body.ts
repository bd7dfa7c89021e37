import { ASK_PART, optionsPart, type ScriptOption } from './script-parts.ts';

const OPTIONS: readonly ScriptOption[] = [
  ['--unit', "unit=$2 identifier=''"],
  ['--since', "since=$2 since_epoch=''"],
  ['--until', 'until=$2'],
  ['--pid', 'pid=$2'],
  ['--db', 'database=$2'],
  ['--artifact', 'artifact=$2'],
  ['--config', 'config=$2'],
  ['--out', 'out=$2'],
  ['--limit-mb', 'limit_mb=$2'],
  ['--samples', 'samples=$2'],
];

const FLAGS: readonly ScriptOption[] = [
  ['--no-sudo', 'use_sudo=no'],
  ['--no-settings', 'use_settings=no'],
];

/**
 * The body of collect.sh: everything below the values that the analysis fills in. It is a script for `sh` as POSIX has it
 * (dash, the ash of BusyBox), with those commands beyond POSIX that both coreutils and BusyBox have (head -c, mkdir, cmp).
 * Sources: journalctl(1), systemd.time(7), sar(1), vmstat(8), https://www.sqlite.org/wal.html (checkpoints),
 * https://www.sqlite.org/howtocorrupt.html (why no other process may open the file through SQLite while it is copied).
 */
export const COLLECT_BODY = `usage() {
  cat <<'END'
Usage: sh collect.sh [OPTION VALUE]...

Gathers on this host what Inquest reads about one incident, into one .tar.gz.
The host is only read; nothing is installed, stopped or changed.

  --unit UNIT        the service's systemd unit
  --since TIME       from here on, as journalctl takes it: "2026-01-28 04:00:00 UTC";
                     the last six hours where nothing tells
  --until TIME       up to here; left out: up to now
  --pid PID          the worker in question
  --db PATH          the SQLite database, copied with its -wal, -shm and -journal
  --artifact PATH    the file that was being imported
  --config PATH      gunicorn.conf.py
  --out FOLDER       where the archive is written (default: here)
  --limit-mb N       largest file that is taken, in MiB (default: 2048)
  --samples N        snapshots of ps, top and free, a second apart (default: 5)
  --no-sudo          never use sudo
  --no-settings      do not have gunicorn evaluate its settings: that runs
                     gunicorn.conf.py once, as each reload of the service does,
                     but not the application
  --help             show this

What is not given is what the analysis knew, and else looked for: in the unit, in
the command line of the running service, among the files that it has open.
END
}

${optionsPart('collect.sh', FLAGS, OPTIONS)}
case $limit_mb in '' | 0* | *[!0-9]* | ???????*) fail '--limit-mb takes a whole number of MiB' ;; esac
case $samples in '' | 0* | *[!0-9]* | ????*) fail '--samples takes a whole number' ;; esac
case $pid in *[!0-9]*) fail '--pid takes a number' ;; esac
case $out in -*) out=./$out ;; esac
limit_bytes=$((limit_mb * 1048576))
if [ -z "$since" ]; then
  # Nothing tells when it was: the last six hours.
  since_epoch=$(($(date +%s) - 21600))
  since=@$since_epoch
fi

have() {
  command -v "$1" >/dev/null 2>&1
}

sudo_mode=none
if [ "$(id -u)" != 0 ] && [ "$use_sudo" = yes ] && have sudo; then
  # Without a terminal nobody could type a password.
  if [ -t 0 ]; then sudo_mode=ask; else sudo_mode=silent; fi
fi

# as_root COMMAND...: with sudo where there is one and it is needed
as_root() {
  case $sudo_mode in
    ask) sudo -- "$@" ;;
    silent) sudo -n -- "$@" ;;
    none) "$@" ;;
  esac
}

# reading PATH COMMAND...: with sudo only where the path cannot be read without
reading() {
  if [ -r "$1" ]; then
    shift
    "$@"
  else
    shift
    as_root "$@"
  fi
}

is_file() {
  [ -n "$1" ] && { [ -f "$1" ] || as_root test -f "$1" 2>/dev/null; }
}

host=$(uname -n | tr -cd 'A-Za-z0-9._-' | cut -c 1-64)
base="inquest-collect-$host-$(date +%Y%m%dT%H%M%SZ)"
work="$out/$base"
mkdir -p "$out" || exit 1
# mkdir fails where something of this name exists: nothing is ever written over.
mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
errors="$work/.errors"
omitted="$work/.omitted"
piece="$work/.piece"
: >"$errors"
: >"$omitted"

# omit WHAT WHY: what Inquest will miss, told here and in the manifest
omit() {
  printf '%s: %s' "$1" "$2" | tr '\\n\\r\\t' '   ' | cut -c 1-1000 >>"$omitted"
  printf '  not collected: %s: %s\\n' "$1" "$2" >&2
}

# kept NAME WHAT: looks at a file that was written; an empty one goes
kept() {
  bytes=$(wc -c <"$work/$1" | tr -d ' ')
  if [ "$bytes" -eq 0 ]; then
    rm -f "$work/$1"
    why=$(head -n 1 "$errors")
    omit "$2" "\${why:-nothing was printed}"
    return 1
  fi
  if [ "$bytes" -ge "$limit_bytes" ]; then
    omit "the rest of $2" "cut at $limit_mb MiB (--limit-mb)"
  fi
  printf '  %s: %s bytes\\n' "$1" "$bytes"
}

date_line() {
  date '+# %Y-%m-%d %H:%M:%S UTC'
}

# snapshot NAME COMMAND...: what a command prints, below the time at which it did
snapshot() {
  name=$1
  shift
  have "$1" || {
    omit "$*" 'there is no such command on this host'
    return 1
  }
  date_line >"$piece"
  "$@" 2>"$errors" | head -c "$limit_bytes" >"$piece.body"
  if [ -s "$piece.body" ]; then
    cat "$piece" "$piece.body" >>"$work/$name"
  else
    why=$(head -n 1 "$errors")
    omit "$*" "\${why:-nothing was printed}"
  fi
  rm -f "$piece" "$piece.body"
}

# safe_name PATH: what its copy is called
safe_name() {
  printf '%s' "\${1##*/}" | tr -c 'A-Za-z0-9._-' '_' | cut -c 1-100
}

# copy PATH NAME WHAT: the bytes of a file, if they are not too many
copy() {
  size=$(reading "$1" wc -c "$1" 2>"$errors" | awk 'NR == 1 { print $1 }')
  case $size in
    '' | *[!0-9]*)
      omit "$3" "$1 cannot be read: $(head -n 1 "$errors")"
      return 1
      ;;
  esac
  if [ "$size" -gt "$limit_bytes" ]; then
    omit "$3" "$1 has $size bytes, more than $limit_mb MiB (--limit-mb)"
    return 1
  fi
  # The copy, and the archive beside it.
  room=$(df -Pk "$out" | awk 'NR == 2 { print $4 }')
  if [ "$((size / 512))" -gt "\${room:-0}" ]; then
    omit "$3" "$1 has $size bytes, and there is no room for it in $out (--out)"
    return 1
  fi
  reading "$1" cat "$1" 2>"$errors" >"$work/$2" || {
    rm -f "$work/$2"
    omit "$3" "$1 cannot be read: $(head -n 1 "$errors")"
    return 1
  }
  touch -r "$1" "$work/$2" 2>/dev/null
  printf '  %s: %s bytes\\n' "$2" "$size"
}

# resolve PATH: against the folder that the service works in
resolve() {
  case $1 in
    '') return 1 ;;
    /*) printf '%s' "$1" ;;
    *)
      if [ -n "$folder" ] && is_file "$folder/$1"; then printf '%s' "$folder/$1"; else printf '%s' "./$1"; fi
      ;;
  esac
}

${ASK_PART}

echo "Collecting into $work"
mkdir "$work/journal" "$work/host" "$work/config"

# --- The service: its main process, its folder

show_property() {
  systemctl show -p "$1" "$unit" 2>/dev/null | sed -n "s/^$1=//p" | head -n 1
}

main=''
folder=''
if [ -n "$unit" ] && have systemctl; then
  main=$(show_property MainPID)
  folder=$(show_property WorkingDirectory)
  folder=\${folder#[-!]}
fi
# A master is called by its program, alone or behind an interpreter, or has the title that setproctitle gives it.
case $main in
  '' | 0 | *[!0-9]*)
    main=$(ps -e -o pid= -o args= 2>/dev/null | awk '
      / gunicorn: master/ { print $1; exit }
      { for (at = 2; at <= 4; at++) if ($at ~ /^(.*\\/)?gunicorn$/) { print $1; exit } }
    ')
    ;;
esac
service_pids=''
if [ -n "$main" ]; then
  service_pids="$main $(ps -e -o pid= -o ppid= 2>/dev/null | awk -v main="$main" '$2 == main { print $1 }')"
  [ -n "$folder" ] || folder=$(as_root readlink "/proc/$main/cwd" 2>/dev/null)
fi

# --- Snapshots first: what is going on now passes

count=0
while [ "$count" -lt "$samples" ]; do
  [ "$count" -eq 0 ] || sleep 1
  snapshot host/ps.txt ps auxww
  snapshot host/top.txt top -b -n 1 -w 512
  snapshot host/free.txt free
  snapshot host/meminfo.txt cat /proc/meminfo
  if grep -q . /proc/locks 2>/dev/null; then
    snapshot host/locks.txt cat /proc/locks
  fi
  count=$((count + 1))
done
if [ -r /proc/pressure/memory ]; then
  snapshot host/pressure.txt head /proc/pressure/memory /proc/pressure/io /proc/pressure/cpu
fi
if grep -q '^oom_kill ' /proc/vmstat 2>/dev/null; then
  snapshot host/vmstat-counters.txt cat /proc/vmstat
fi
snapshot host/df.txt df -Pk
snapshot host/df-inodes.txt df -i
if [ -f "$work/host/ps.txt" ] && ! grep -q '%CPU' "$work/host/ps.txt"; then
  # The ps of BusyBox prints neither memory nor state.
  rm -f "$work/host/ps.txt"
  omit 'the processes' 'this ps has no "aux"'
fi
if have vmstat; then
  # Its first row holds averages since boot.
  vmstat -t 1 "$((samples + 1))" >"$work/host/vmstat.txt" 2>"$errors"
  kept host/vmstat.txt 'vmstat'
else
  omit 'vmstat' 'there is no such command on this host'
fi

# --- The journal of the unit and of the kernel, in the window

epoch_of() {
  date -d "$1" +%s 2>/dev/null
}

may_read_journal() {
  [ "$(id -u)" = 0 ] && return 0
  case " $(id -Gn) " in *' adm '* | *' systemd-journal '*) return 0 ;; esac
  [ "$sudo_mode" != none ] && as_root true 2>/dev/null
}

journalctl_here() {
  case " $(id -Gn) " in
    *' adm '* | *' systemd-journal '*) journalctl --no-pager -q "$@" ;;
    *) as_root journalctl --no-pager -q "$@" ;;
  esac
}

# journal NAME MATCH...: entries of the window in the Journal Export Format
journal() {
  name=$1
  shift
  [ -z "$since" ] || set -- "--since=$since" "$@"
  [ -z "$until" ] || set -- "--until=$until" "$@"
  journalctl_here -o export "$@" 2>"$errors" | head -c "$limit_bytes" >"$work/$name"
  [ -s "$work/$name" ]
}

if have journalctl && may_read_journal; then
  if [ -n "$unit" ]; then
    # systemd-oomd tells in its own unit whom it ended.
    journal journal/unit.export "--unit=$unit" --unit=systemd-oomd.service
  elif [ -n "$identifier" ]; then
    journal journal/unit.export "--identifier=$identifier"
  else
    journal journal/unit.export _TRANSPORT=journal _TRANSPORT=stdout _TRANSPORT=syslog
  fi
  kept journal/unit.export 'the journal of the service'
  # Not -k: that would leave out every boot but this one.
  if journal journal/kernel.export _TRANSPORT=kernel; then
    kept journal/kernel.export 'the kernel log'
  else
    rm -f "$work/journal/kernel.export"
    # Silence counts only where the journal reaches back that far.
    [ -n "$since_epoch" ] || since_epoch=$(epoch_of "$since")
    oldest=$(journalctl_here -o short-unix 2>/dev/null | head -n 1 | cut -d . -f 1)
    case $oldest in
      '' | *[!0-9]*) omit 'the kernel log' "the journal cannot be read: $(head -n 1 "$errors")" ;;
      *)
        if [ -n "$since_epoch" ] && [ "$oldest" -le "$since_epoch" ]; then
          echo '-- No entries --' >"$work/journal/kernel.txt"
          echo '  journal/kernel.txt: no entries of the kernel in the window'
        else
          omit 'the kernel log' 'the journal does not reach back to the window'
        fi
        ;;
    esac
  fi
elif have journalctl; then
  omit 'the journal' 'only root and the groups adm and systemd-journal may read it: run this as root'
else
  omit 'the journal' 'there is no journalctl on this host'
  for log in /var/log/syslog /var/log/messages /var/log/kern.log; do
    is_file "$log" && copy "$log" "journal/\${log##*/}" "$log"
  done
fi

if have dmesg; then
  as_root dmesg --time-format iso 2>"$errors" | head -c "$limit_bytes" >"$work/journal/dmesg.txt"
  [ -s "$work/journal/dmesg.txt" ] || as_root dmesg 2>"$errors" | head -c "$limit_bytes" >"$work/journal/dmesg.txt"
  kept journal/dmesg.txt 'dmesg'
fi

# --- sar, of the days of the window: its files are named by the host's own days

host_day() {
  if [ -n "$host_zone" ]; then TZ=$host_zone date "$@"; else (unset TZ && date "$@"); fi
}

if have sar; then
  days=$(
    for time in "$since" "$until"; do
      if [ -n "$time" ]; then host_day -d "$time" '+%d %Y%m%d' 2>/dev/null; else host_day '+%d %Y%m%d'; fi
    done | tr ' ' '\\n' | sort -u
  )
  for day in $days; do
    for record in "/var/log/sysstat/sa$day" "/var/log/sa/sa$day"; do
      [ -f "$record" ] || continue
      reading "$record" sar -u -r -W -f "$record" 2>"$errors" | head -c "$limit_bytes" >"$work/host/sar-$day.txt"
      kept "host/sar-$day.txt" "sar of $record"
    done
  done
  set -- "$work"/host/sar-*.txt
  [ -f "$1" ] || omit 'sar' 'it has no record of the days of the window'
else
  omit 'sar' 'there is no such command on this host'
fi

# --- Settings

if [ -n "$unit" ] && have systemctl; then
  systemctl cat "$unit" >"$work/config/unit.txt" 2>"$errors"
  kept config/unit.txt "the unit file of $unit"
fi

# config_of: reads words, one a line, and prints the value of -c or --config
config_of() {
  awk '
    found { next }
    take { print; found = 1; next }
    $0 == "-c" || $0 == "--config" { take = 1; next }
    /^--config=/ { print substr($0, 10); found = 1; next }
    /^-c./ { print substr($0, 3); found = 1 }
  '
}

if [ -z "$config" ] && [ -n "$main" ]; then
  config=$(as_root cat "/proc/$main/cmdline" 2>/dev/null | tr '\\0' '\\n' | config_of)
fi
if [ -z "$config" ] && [ -f "$work/config/unit.txt" ]; then
  config=$(sed -n -e 's/^ExecStart=//p' -e 's/^Environment=.*GUNICORN_CMD_ARGS=//p' "$work/config/unit.txt" | tr -d "\\"'" | tr ' ' '\\n' | config_of)
fi
config=\${config#file:}
config=$(resolve "\${config:-gunicorn.conf.py}")
is_file "$config" || config=$(ask 'Where is gunicorn.conf.py?')
if is_file "$config"; then
  copy "$config" config/gunicorn.conf.py 'the configuration of gunicorn'
else
  omit 'the configuration of gunicorn' 'none was found (--config)'
fi

# What gunicorn itself makes of file, flags and environment: as gunicorn --print-config shows it, but without loading the
# application, which might do anything.
settings_program=$(
  cat <<'END'
import sys
from gunicorn.app.wsgiapp import WSGIApplication

settings = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").cfg.settings
width = max(len(name) for name in settings)
for name in sorted(settings):
    value = settings[name].value
    if callable(value):
        value = "<%s()>" % getattr(value, "__qualname__", value)
    print("%-*s = %s" % (width, name, value))
END
)

# In the environment that the master was started with.
as_service_program=$(
  cat <<'END'
import os
import sys

with open("/proc/%s/environ" % sys.argv[1], "rb") as file:
    pairs = [pair.partition(b"=") for pair in file.read().split(b"\\0") if b"=" in pair]
os.execve(sys.executable, [sys.executable, "-c"] + sys.argv[2:], {name: value for name, _, value in pairs})
END
)

# effective_settings: evaluated as the master of the service would, by its interpreter, in its folder, as its user
effective_settings() {
  owner=$(ps -o user= -p "$main" 2>/dev/null | tr -d ' ')
  as_owner=''
  if [ "$(id -un)" != "$owner" ]; then
    [ "$(id -u)" = 0 ] && have runuser || return 1
    as_owner="runuser -u $owner --"
  fi
  as_root cat "/proc/$main/cmdline" 2>/dev/null | tr '\\0' '\\n' >"$piece"
  # The title that setproctitle gives a master has no arguments any more.
  grep -q '^gunicorn: ' "$piece" && return 1
  interpreter=$(as_root readlink "/proc/$main/exe" 2>/dev/null)
  first=$(head -n 1 "$piece")
  case $first in */python*) interpreter=$first ;; esac
  case $interpreter in */python*) ;; *) return 1 ;; esac
  set --
  past=no
  while IFS= read -r word; do
    if [ "$past" = yes ]; then set -- "$@" "$word"; fi
    case $word in gunicorn | */gunicorn | gunicorn.app.wsgiapp) past=yes ;; esac
  done <"$piece"
  [ "$past" = yes ] || return 1
  cd "\${folder:-/}" || return 1
  # shellcheck disable=SC2086
  $as_owner timeout 20 "$interpreter" -c "$as_service_program" "$main" "$settings_program" "$@"
}

if [ -n "$main" ] && [ "$use_settings" = yes ]; then
  (effective_settings) 2>"$errors" | head -c 100000 >"$work/config/print-config.txt"
  rm -f "$piece"
  kept config/print-config.txt 'the settings as gunicorn evaluates them'
fi

# --- Log files that the service has open, and its database

open_files() {
  for process in $service_pids; do
    as_root ls -l "/proc/$process/fd" 2>/dev/null | sed -n 's/^.* -> \\(\\/.*\\)$/\\1/p'
  done | sort -u
}

is_database() {
  is_file "$1" && [ "$(reading "$1" head -c 15 "$1" 2>/dev/null)" = 'SQLite format 3' ]
}

open_files >"$piece"
while IFS= read -r path; do
  case $path in
    *.log) is_file "$path" && copy "$path" "journal/$(safe_name "$path")" 'a log file of the service' ;;
  esac
done <"$piece"

database=$(resolve "$database")
if ! is_file "$database"; then
  database=''
  [ -z "$folder" ] || find "$folder" -maxdepth 4 -type f \\( -name '*.db' -o -name '*.sqlite' -o -name '*.sqlite3' \\) 2>/dev/null | head -n 100 >>"$piece"
  while IFS= read -r path; do
    is_database "$path" || continue
    # Of several, the one that the analysis knew by name.
    if [ -z "$database" ] || [ "\${path##*/}" = "$database_name" ]; then database=$path; fi
  done <"$piece"
fi
rm -f "$piece"
[ -n "$database" ] || database=$(ask 'Where is the SQLite database?')

# The database comes first and its -wal after it. Both are of one state unless a checkpoint, or in the older mode a commit,
# came between; that changes the database, so it is compared once more when all is copied, and taken again if it differs.
# What a writer has not yet written cannot be had, and -shm is of its own moment: Inquest does not rest on it.
if is_file "$database"; then
  mkdir "$work/database"
  name=$(safe_name "$database")
  attempt=1
  while copy "$database" "database/$name" 'the database'; do
    for suffix in -wal -shm -journal; do
      rm -f "$work/database/$name$suffix"
      is_file "$database$suffix" && copy "$database$suffix" "database/$name$suffix" "the $suffix of the database"
    done
    reading "$database" cmp -s "$database" "$work/database/$name" && break
    if [ "$attempt" -ge 3 ]; then
      omit 'a copy of the database at one moment' "$database was written to while it was copied, three times; the copy may not fit its -wal"
      break
    fi
    attempt=$((attempt + 1))
    echo '  the database was written to meanwhile: once more'
  done
else
  omit 'the database' 'none was found (--db)'
fi

# --- The artifact

# named_files: files that the log names and that are still there, the latest first
named_files() {
  cat "$work"/journal/unit.export "$work"/journal/*.log 2>/dev/null |
    grep -aoE '[A-Za-z0-9_./-]{1,300}\\.(xml|json|csv|zip|gz)' | tail -n 2000 | awk '{ line[NR] = $0 }
      END { for (at = NR; at > 0; at--) if (!seen[line[at]]++) print line[at] }' | head -n 100
}

if [ -z "$artifact" ]; then
  named_files >"$piece"
  while IFS= read -r path; do
    [ -z "$artifact" ] || continue
    path=$(resolve "$path")
    is_file "$path" && artifact=$path
  done <"$piece"
  rm -f "$piece"
else
  artifact=$(resolve "$artifact")
fi
if is_file "$artifact"; then
  mkdir "$work/artifact"
  copy "$artifact" "artifact/$(safe_name "$artifact")" 'the artifact'
else
  omit 'the artifact' "\${artifact:-nothing tells which it was} is not here (--artifact)"
fi

for path in "$artifact" "$database" "$database-wal" "$database-shm" "$database-journal"; do
  is_file "$path" || continue
  # A name of two lines would not be read as one file.
  case $path in *'
'*) continue ;; esac
  reading "$path" ls -l --full-time "$path" 2>/dev/null || reading "$path" ls -l "$path"
done >"$work/host/ls.txt" 2>"$errors"
[ -s "$work/host/ls.txt" ] || rm -f "$work/host/ls.txt"

# --- The manifest, and the archive

hash_of() {
  if have sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif have openssl; then
    openssl dgst -sha256 <"$1" | sed 's/^.*= *//'
  else
    echo unknown
  fi
}

one_line() {
  printf '%s' "$1" | tr '\\n\\r\\t' '   '
}

{
  echo '# Inquest collection 1'
  date_line
  echo "host: $host"
  echo "kernel: $(uname -srm)"
  echo "zone: $(host_day +%z)"
  echo "unit: $(one_line "$unit")"
  echo "pid: $pid"
  echo "since: $(one_line "$since")"
  echo "until: $(one_line "$until")"
  echo "database: $(one_line "$database")"
  echo "artifact: $(one_line "$artifact")"
  (
    cd "$work" || exit 1
    find . -type f ! -name '.*' | sort | while IFS= read -r path; do
      printf 'file: %s %s %s\\n' "$(hash_of "$path")" "$(wc -c <"$path" | tr -d ' ')" "\${path#./}"
    done
  )
  sed 's/^/not collected: /' "$omitted"
} >"$piece"
rm -f "$errors" "$omitted"
mv "$piece" "$work/MANIFEST.txt"
find "$work" -type d -exec rmdir {} + 2>/dev/null

tar -C "$out" -cf - "$base" | gzip -c >"$work.tar.gz" || exit 1
[ -s "$work.tar.gz" ] || fail 'the archive could not be written'
echo "Wrote $work.tar.gz ($(wc -c <"$work.tar.gz" | tr -d ' ') bytes)."
echo 'Look through it before you pass it on: logs, settings and data of the service are in it.'
`;
