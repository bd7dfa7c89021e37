import type { ComponentProps } from 'react';
import { cx } from './class-names.ts';
import styles from './table.module.css';

/**
 * A table of a few rows: everything but the lists of events and of a database's rows, which are laid out as they come into
 * sight. It is named by `aria-label` or `aria-labelledby` where no heading does.
 */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return <table {...rest} className={cx(styles.plainTable, className)} />;
}
