// A provider in this process with real child processes in a temporary folder, closed at the end of a test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientOptions } from '../../src/client/client.js';
import type { ContextFile } from '../../src/model/read/read-context.js';
import type { Notice } from '../../src/messages/notice.js';
import { Provider } from '../../src/provider/provider.js';
import type { ProviderOptions } from '../../src/provider/provider-setup.js';
import { testConfiguration, testContextFile, type ServiceSpec } from './context.js';
import { Recorder } from './recorder.js';

export interface TestProvider extends AsyncDisposable {
  readonly provider: Provider;
  readonly folder: string;
  readonly file: ContextFile;
  /** The notices of the provider to the embedding program. */
  readonly notices: Recorder<Notice>;
  /** Connects a client, which is closed with the provider. */
  client(options?: ClientOptions): Promise<Client>;
}

export async function openProvider(
  services: readonly ServiceSpec[],
  more: Readonly<Record<string, unknown>> = {},
  options: Partial<ProviderOptions> = {},
): Promise<TestProvider> {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-test-'));
  const file = testContextFile(folder, testConfiguration(services, more));
  const notices = new Recorder<Notice>();
  const provider = await Provider.open({ file, notice: (notice) => notices.record(notice), ...options });
  const clients: Client[] = [];
  return {
    provider,
    folder,
    file,
    notices,
    client: async (options) => {
      const client = await Client.connect(provider.endpoints, options);
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
