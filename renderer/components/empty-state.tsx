import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

/** What a screen says when it has nothing to show: what is missing, and how to get it. */
export function EmptyState(props: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
}) {
  const Icon = props.icon;
  return (
    <div className={styles.emptyState}>
      <Icon size={28} strokeWidth={1.25} aria-hidden="true" />
      <h2>{props.title}</h2>
      <div className={styles.emptyStateText}>{props.children}</div>
    </div>
  );
}
