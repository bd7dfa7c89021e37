import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { caseJsonSchema } from '../shared/contract/case-json.ts';
import { ROOT } from './project.ts';

/** The schema of the case as JSON, as docs/case.schema.json publishes it. */
export function caseSchemaText(): string {
  return `${JSON.stringify({ title: 'Inquest: a case as JSON', ...z.toJSONSchema(caseJsonSchema) }, null, 2)}\n`;
}

/** Writes docs/case.schema.json from the code. */
if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(ROOT, 'docs', 'case.schema.json'), caseSchemaText());
}
