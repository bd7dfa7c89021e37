import { TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { useAppState } from '../state/app-context.tsx';
import { IconButton } from './button.tsx';
import styles from './case-notices.module.css';

/** What is not as it was when the case was saved, or cannot be kept, or was kept before. Each stays until it is dismissed. */
export function CaseNotices() {
  const { caseStatus } = useAppState();
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const notices = (caseStatus?.notices ?? []).filter(({ text }) => !dismissed.includes(text));
  if (notices.length === 0) return null;
  return (
    <section className={styles.notices} role="status" aria-label="About this case">
      {notices.map(({ text, detail }) => (
        <div key={text}>
          <TriangleAlert size={15} className={styles.icon} aria-hidden="true" />
          <p className={styles.words}>
            <b>{text}.</b> {detail}
          </p>
          <IconButton label={`Dismiss: ${text}`} onClick={() => setDismissed([...dismissed, text])}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
