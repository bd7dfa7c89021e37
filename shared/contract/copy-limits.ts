/** How events are copied. */
export const COPY_FORMATS = ['text', 'tsv', 'json', 'markdown'] as const;
export type CopyFormat = (typeof COPY_FORMATS)[number];

/** Events that are selected and copied at once. */
export const MOST_COPIED_EVENTS = 10_000;
