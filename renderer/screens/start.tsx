import { Archive, FileStack, FolderOpen, PlayCircle } from 'lucide-react';
import buttonStyles from '../components/button.module.css';
import { Button } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import { FailureNotice } from '../components/failure-notice.tsx';
import { useActions } from '../state/app-context.tsx';
import { KeptCases } from './kept-cases.tsx';
import styles from './start.module.css';

/** What can be given, with the command that collects it: the reader may have to ask somebody for it. */
const READ = [
  {
    what: 'Journal and logs',
    detail:
      'journalctl in any format or the journal files themselves, of the unit and of the kernel; gunicorn’s own log',
    command: 'journalctl -u UNIT -o short-iso-precise',
  },
  { what: 'Configuration', detail: 'gunicorn.conf.py, read and never run', command: 'gunicorn.conf.py' },
  {
    what: 'Database',
    detail: 'a copy of the SQLite file with its -wal, -shm and -journal',
    command: 'app.db  app.db-wal',
  },
  { what: 'Artifact', detail: 'the JUnit XML file that was being imported', command: 'results.xml' },
  { what: 'Host snapshots', detail: 'ps, vmstat, free, /proc/meminfo', command: 'ps aux   vmstat -t 1   free -b' },
] as const;

/** The first screen: ways to give evidence, and what is understood. */
export function StartScreen() {
  const actions = useActions();
  return (
    <main className={styles.start}>
      <div className={styles.startColumn}>
        <header className={styles.startHeader}>
          <h1>What ended the worker?</h1>
          <p>
            Open what was saved from the host. Inquest rebuilds the incident to the microsecond, profiles the artifact,
            opens the database copy without changing it and says which hypothesis fits, and why.
          </p>
        </header>
        <FailureNotice />
        <KeptCases />
        <section className={styles.dropZone} aria-label="Open evidence">
          <FileStack size={30} strokeWidth={1.25} aria-hidden="true" />
          <p className={styles.dropZoneTitle}>Drop files, a folder, an archive or a case anywhere on this window</p>
          <p className="secondary">zip, tar, gzip, bzip2, xz and zstd archives are unpacked into a private folder</p>
          <div className={cx(buttonStyles.buttonRow, styles.buttonRow)}>
            <Button tone="primary" onClick={() => void actions.openDialog('files')}>
              <Archive size={14} aria-hidden="true" />
              Open files…
            </Button>
            <Button onClick={() => void actions.openDialog('folder')}>
              <FolderOpen size={14} aria-hidden="true" />
              Open folder…
            </Button>
          </div>
        </section>
        <Button tone="bare" className={styles.sampleLink} onClick={() => void actions.openSample()}>
          <PlayCircle size={14} aria-hidden="true" />
          Open the sample incident
        </Button>
        <section className={styles.startReads} aria-labelledby="start-reads-title">
          <h2 id="start-reads-title">What is read</h2>
          <dl>
            {READ.map((each) => (
              <div key={each.what}>
                <dt>{each.what}</dt>
                <dd>{each.detail}</dd>
                <dd className="mono">{each.command}</dd>
              </div>
            ))}
          </dl>
        </section>
        <p className={styles.startFoot}>Evidence is opened read-only and hashed. Nothing leaves this computer.</p>
      </div>
    </main>
  );
}
