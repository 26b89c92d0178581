// Loads Node.js modules in bundles on demand.

import process from 'node:process';

/**
 * Node's own modules, asked of the process by the first call of one of their functions: an `import` of each takes
 * up to 4 ms in every child and thread, and most are never called. What is no plain function is fetched at once, and
 * so is one with more to it: `execFile` says how it is promisified.
 */
export function useBuiltins() {
  const describe = ([name, value]) =>
    isPlain(name, value)
      ? `export const ${name} = (...given) => load().${name}(...given);`
      : `export const ${name} = /* @__PURE__ */ load('${name}');`;
  return {
    name: 'use-builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        contents: [
          `let own; const load = (name) => ((own ??= process.getBuiltinModule('${path}')), name ? own[name] : own);`,
          'export default /* @__PURE__ */ load();',
          ...Object.entries(process.getBuiltinModule(path))
            .filter(([name]) => /^[a-z]\w*$/i.test(name) && name !== 'default')
            .map(describe),
        ].join('\n'),
      }));
    },
  };
}

function isPlain(name, value) {
  if (typeof value !== 'function' || !/^[a-z]/.test(name)) return false;
  return Reflect.ownKeys(value).every((key) => ['length', 'name', 'prototype'].includes(key));
}
