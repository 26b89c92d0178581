// Entry point contextd/schema: zod. Separate from contextd/task, because loading zod takes longer than everything else.

export { z } from 'zod';
