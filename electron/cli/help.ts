import { MOST_PROFILE_RUNS } from '../../shared/contract/profile-limits.ts';

/** What `--help` prints: every command, option and exit status. */
export const HELP = `Inquest: why did this worker process die?

Usage:
  inquest analyze PATH... [--json FILE|-] [--pdf FILE] [--html FILE] [--full]
                          [--tree] [--runs N] [--memory-limit SIZE]
                          [--at TIME] [--pid N]
                          [--zone ZONE] [--source-zone PATH=ZONE]... [--clock-offset PATH=OFFSET]...
                          [--rules FILE]...
                          [--notes FILE]
  inquest collect-script [--out FOLDER] [--unit UNIT] [--since TIME] [--until TIME] [--pid PID]
                         [--db PATH] [--artifact PATH] [PATH...]
  inquest --help | --version

PATH is a file, a folder or an archive (.zip, .tar, and .gz, .bz2, .xz or .zst with or without a tar inside) with what
was saved from the host: journal exports, kernel log, gunicorn.conf.py, the SQLite database with its -wal and -shm, the
JUnit XML, ps, vmstat, free and meminfo snapshots. - is standard input, which a pipe may bring, as <(...) does.
Or PATH is one case file (*.inquest) that was saved in the window: its evidence is read again and what was dismissed, noted
and set in it applies; options come on top. Evidence that has changed since is told, evidence that has moved refused.
The evidence is only read. The verdict, the timeline and what to do are printed on one screen.

collect-script writes collect.sh, which gathers all of that on the host into one archive, and reproduce.sh, which repeats
the parse and the import by hand. With PATH they carry the incident's own window, unit, pid and files; options win.

Options:
  --json FILE      write the case as JSON; - writes it to standard output instead of the table
  --pdf FILE       write the report as PDF, with the case JSON attached inside
  --html FILE      write the report as one HTML file
  --full           print everything: all facts with weights, key events, patches, questions, problems
  --at TIME        analyse the incident at this time, or the one nearest to it, instead of the worst: 2026-01-28 04:12,
                   04:12:15, 2026-01-28T05:12+01:00; UTC unless it says its zone
  --pid N          analyse the incident of this process; with --at the one of its incidents nearest to that time
  --measure-again  measure the artifact anew; by default the first measurement of the same bytes on this machine is kept,
                   so that the same evidence gives the same report
  --tree           parse the artifact into a tree of objects as well, as ElementTree and lxml do, and say what that costs
  --runs N         measure the artifact N times, each way, and take the median; at most ${MOST_PROFILE_RUNS}
  --memory-limit SIZE
                   end the parse into a tree where it takes more memory than this: a number with KB, MB, GB, KiB, MiB or
                   GiB (512MB), or of bytes
  --zone ZONE      the zone of stamps without one, for every source whose zone nothing tells: an IANA name
                   (Europe/Berlin), UTC, or a distance from it (+01:00); by default UTC, marked as assumed
  --source-zone PATH=ZONE
                   the same for one source, whatever else tells; PATH as the table of evidence has it, or its end.
                   May be given several times
  --clock-offset PATH=OFFSET
                   correct the clock of one source: OFFSET is added to each of its times. Seconds (-4.2) or hours, minutes
                   and seconds (-0:00:04.2); negative where its clock ran ahead. May be given several times
  --rules FILE     rules of your own (YAML, see docs/rule-files.md) that tag events and add facts. May be given several times
  --notes FILE     apply what was overruled and observed of this evidence, as saved in the window (Save notes...)
  --out FOLDER     where collect-script writes its two scripts; by default here
  --unit UNIT, --since TIME, --until TIME, --pid PID, --db PATH, --artifact PATH
                   what collect-script puts into them: times as journalctl takes them, paths as they are on the host
  -h, --help       show this help
  --version        show the version

Exit status:
  0  analysed, whatever the verdict
  1  internal failure
  2  usage: wrong option, missing path, or a file that cannot be written
  3  nothing given was recognised as evidence
  130, 143, 129  ended by Ctrl-C, SIGTERM, or a terminal that was closed
`;
