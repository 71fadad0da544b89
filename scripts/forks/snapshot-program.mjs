// Is the process that is written as a startup snapshot, with the processor that `SETUP` names, and what
// the processes do that start with it.

import { startupSnapshot } from 'node:v8';
import { openPipeline } from './pipeline.mjs';

const { end50, flush } = openPipeline(process.env.SETUP);
end50();
startupSnapshot.setDeserializeMainFunction(async () => {
  end50();
  await flush();
});
