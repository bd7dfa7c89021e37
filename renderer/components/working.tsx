import { Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ProgressBar } from './bars.tsx';
import { Button } from './button.tsx';
import styles from './working.module.css';

/** What takes less is not worth a word. */
const SILENT_MILLIS = 400;

/** Something that is at work, with how long it has been and, here or elsewhere, a way to stop it; nothing while it is quick. */
export function Working(props: { readonly words: string; readonly sinceMillis: number; readonly onStop?: () => void }) {
  const [nowMillis, setNowMillis] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMillis(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  const millis = nowMillis - props.sinceMillis;
  if (millis < SILENT_MILLIS) return null;
  return (
    <div className={styles.working} role="status">
      <div>
        <ProgressBar share={null} label={props.words} />
      </div>
      <span>
        {props.words} <span className="numeric secondary">{(millis / 1_000).toFixed(1)} s</span>
      </span>
      {props.onStop === undefined ? null : (
        <Button size="small" onClick={props.onStop}>
          <Square size={11} aria-hidden="true" />
          Stop
        </Button>
      )}
    </div>
  );
}
