/* Limits of what is asked about databases. Apart from the requests, whose checks the thread of SQL has no use for. */

export const MOST_SQL_CHARACTERS = 100_000;
/** Rows of a result that are shown, and rows of a page. */
export const MOST_RESULT_ROWS = 10_000;
export const MOST_PAGE_ROWS = 500;
/** How long a statement may run, in seconds, by choice. */
export const TIME_LIMITS_SECONDS = [10, 60, 600] as const;
/** Queries that a report holds. */
export const MOST_REPORT_QUERIES = 50;
