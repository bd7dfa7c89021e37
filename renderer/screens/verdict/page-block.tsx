import type { ReactNode } from 'react';
import pageStyles from '../../components/page.module.css';

/** A part of the screen with its heading. */
export function PageBlock(props: { readonly title: string; readonly id: string; readonly children: ReactNode }) {
  return (
    <section className={pageStyles.block} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`} className={pageStyles.pageHeading}>
        {props.title}
      </h2>
      {props.children}
    </section>
  );
}
