// Compiles a service once for each content: into one file, or for the module hooks if it loads code dynamically.

import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '../base/make-folder.js';
import writeFileAtomic from 'write-file-atomic';
import { hashOf } from '../base/code-configuration.js';
import { builtFile } from '../base/package.js';
import { bundleCode } from './build/bundle-code.js';
import { codeHashOf, composeManifest, isCurrent, readManifest, type Manifest } from './build/manifest.js';

export interface BuiltService {
  /** Absolute path of the module to load. */
  readonly module: string;
  /** URL of a module that Node must import first (`--import`); left out if not needed. */
  readonly loader?: string;
  /** Changes exactly when the code changes. */
  readonly codeHash: string;
}

/** Concurrent builds of the same entry share one result. */
export class ServiceBuilder {
  readonly #folder: string;
  readonly #running = new Map<string, Promise<BuiltService>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws SVC_BUILD_FAILED with file, line and column. */
  build(entry: string): Promise<BuiltService> {
    const running =
      this.#running.get(entry) ?? this.#buildOnce(entry).finally(() => this.#running.delete(entry));
    this.#running.set(entry, running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  async #buildOnce(entry: string): Promise<BuiltService> {
    const path = join(this.#folder, `${basename(dirname(entry))}-${hashOf(entry).slice(0, 12)}.json`);
    const known = readManifest(path);
    const manifest = known !== undefined && isCurrent(known) ? known : await this.#make(entry, path);
    const { output: module, isDynamic } = manifest;
    const codeHash = codeHashOf(entry, manifest);
    return isDynamic ? { module, codeHash, loader: this.#loader() } : { module, codeHash };
  }

  async #make(entry: string, manifestPath: string): Promise<Manifest> {
    const bundle = await bundleCode(entry, this.#folder);
    makeFolder(this.#folder);
    const output = bundle.isDynamic ? entry : await this.#store(entry, bundle.code);
    const manifest = composeManifest(bundle, output);
    await writeFileAtomic(manifestPath, JSON.stringify(manifest));
    return manifest;
  }

  async #store(entry: string, code: string): Promise<string> {
    const output = join(this.#folder, `${basename(dirname(entry))}-${hashOf(code).slice(0, 16)}.mjs`);
    await writeFileAtomic(output, code);
    return output;
  }

  #loader(): string {
    const url = pathToFileURL(builtFile('host/typescript/main.js'));
    url.searchParams.set('cache', join(this.#folder, 'files'));
    return url.href;
  }
}
