import type { ReactNode } from 'react';

/** A part of the screen with its heading. */
export function Block(props: { readonly title: string; readonly id: string; readonly children: ReactNode }) {
  return (
    <section className="block" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`} className="page-heading">
        {props.title}
      </h2>
      {props.children}
    </section>
  );
}
