/** What may be asked of a measurement; by itself, since whoever only reads options needs no schema. */
export const MOST_PROFILE_RUNS = 25;
/** Less does not hold the parser itself. */
export const LEAST_MEMORY_LIMIT_BYTES = 16 * 1024 * 1024;
export const MOST_MEMORY_LIMIT_BYTES = 1024 ** 4;
