// contextd/schema: zod, apart from contextd/task because loading it takes longer than all the rest.

export { z } from 'zod';
