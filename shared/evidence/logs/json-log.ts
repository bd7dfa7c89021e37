import type { CreateParser } from '../reading/parser.ts';
import { createLogParser } from './log-file.ts';

/** A log of JSON objects, one a line; every line stands for itself, and one that is none is damage. */
export const createJsonLogParser: CreateParser = (context) => createLogParser({ ...context, jsonOnly: true });
