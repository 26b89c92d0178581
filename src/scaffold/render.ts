// Renders the templates of this package. Templates receive only values that are escaped for their place.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import ejs from 'ejs';
import { ContextdError } from '../base/errors.js';
import { ownManifest, packageRoot } from '../base/package.js';
import { TRIGGERS } from '../model/context.js';
import { asCodeComment, asCodeString, asName, asXmlAttribute, asXmlComment, asXmlText } from './escape.js';
import {
  contextIdOf,
  endpointsOf,
  type CodeInputs,
  type ContextRequest,
  type ScaffoldRequest,
  type ServiceRequest,
} from './request.js';

const TEMPLATE_FILES = {
  index: 'service/index.ts.ejs',
  service: 'service/Service.ts.ejs',
  Looped: 'service/Looped.ts.ejs',
  Single: 'service/Single.ts.ejs',
  context: 'context/Context.xml.ejs',
  taskService: 'context/TaskService.xml.ejs',
  manifest: 'project/package.json.ejs',
  tsconfig: 'project/tsconfig.json.ejs',
  gitignore: 'project/gitignore.ejs',
  readme: 'project/README.md.ejs',
  test: 'project/Service.test.ts.ejs',
} as const;
type TemplateName = keyof typeof TEMPLATE_FILES;

/** Compiled templates: rendering needs no file access. */
export type Templates = Readonly<Record<TemplateName, (places: Readonly<Record<string, unknown>>) => string>>;

export interface RenderedFile {
  /** Relative to the folder of the task service or of the project. */
  readonly name: string;
  readonly text: string;
}

/** Loads the templates of this package. */
export async function loadTemplates(): Promise<Templates> {
  const names = Object.keys(TEMPLATE_FILES) as TemplateName[];
  const loaded = await Promise.all(names.map(async (name) => [name, await loadTemplate(name)] as const));
  return Object.fromEntries(loaded) as Templates;
}

/** Renders the files of one task service. */
export function renderCode(templates: Templates, inputs: CodeInputs): readonly RenderedFile[] {
  const { taskService, taskFile, taskClass, description, serviceName } = inputs;
  const places = {
    name: escapeAll({ taskService, taskFile, taskClass }, asName),
    code: escapeAll({ serviceName }, asCodeString),
    comment: escapeAll({ taskService, description }, asCodeComment),
  };
  return [
    { name: 'index.ts', text: templates.index(places) },
    { name: `Service${places.name.taskService}.ts`, text: templates.service(places) },
    { name: `${places.name.taskFile}.ts`, text: templates[inputs.taskType](places) },
  ];
}

/** Renders the project files; empty if the request has no project. */
export function renderProject(templates: Templates, request: ScaffoldRequest): readonly RenderedFile[] {
  const { project, context, services } = request;
  const [service] = services;
  if (project === undefined || service === undefined) return [];
  const name = escapeAll({ contextName: context.contextName, taskService: service.taskService }, asName);
  const file = `conf/Context-${name.contextName}.xml`;
  const { devDependencies } = ownManifest();
  const manifest = {
    packageName: packageNameOf(basename(request.servicePath)) || 'project',
    // `exec`, because a shell would not forward the signals of npm.
    start: `exec service_context ${file} --start`,
    check: `tsc && service_context ${file} --check`,
    contextd: project.contextd,
    nodeTypes: `^${devDependencies['@types/node'] ?? ''}`,
    typescript: `^${devDependencies.typescript ?? ''}`,
  };
  const places = { name, json: escapeAll(manifest, (text) => JSON.stringify(text)) };
  return [
    { name: 'package.json', text: templates.manifest(places) },
    { name: 'tsconfig.json', text: templates.tsconfig(places) },
    { name: '.gitignore', text: templates.gitignore(places) },
    { name: 'README.md', text: templates.readme(places) },
    { name: `test/${name.taskService}.test.ts`, text: templates.test(places) },
  ];
}

/** Converts a folder name to a package name of npm: lower case, starting with a letter or digit, words joined by dashes. */
function packageNameOf(folder: string): string {
  return folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
}

/** Renders a context file without task services. */
export function renderContext(templates: Templates, context: ContextRequest): string {
  const { contextName } = context;
  const contextId = contextIdOf(context);
  const { sub: subEndpoint, pub: pubEndpoint } = endpointsOf(context);
  return templates.context({
    comment: escapeAll({ contextName }, asXmlComment),
    text: escapeAll({ contextName, contextId, subEndpoint, pubEndpoint }, asXmlText),
  });
}

/** Renders a TaskService element with LF and an indent of two spaces, without indent on the first line. */
export function renderTaskService(templates: Templates, service: ServiceRequest): string {
  const { taskId, taskService, topic, entry, description, serviceName, deviceAction, location, restart } =
    service;
  const transitions = TRIGGERS.map((trigger) => {
    const { action, call } = service.transitions[trigger] ?? { action: '', call: '' };
    return { trigger, ...escapeAll({ action, call }, asXmlText) };
  });
  const places = {
    attribute: escapeAll({ taskId, taskService, topic, entry }, asXmlAttribute),
    text: escapeAll({ description, serviceName, deviceAction, location, restart }, asXmlText),
    program: service.program?.map(asXmlText),
    transitions,
  };
  return templates.taskService(places).trimEnd();
}

async function loadTemplate(name: TemplateName) {
  const text = await readFile(join(packageRoot, 'templates', TEMPLATE_FILES[name]), 'utf8');
  const template = ejs.compile(text, {
    strict: true,
    destructuredLocals: ['name', 'code', 'comment', 'attribute', 'text', 'program', 'transitions', 'json'],
    escape: rejectUnescaped,
  });
  return (places: Readonly<Record<string, unknown>>) => template({ ...places });
}

/** Rejects `<%= %>`: HTML escaping is wrong for every place in the templates. */
function rejectUnescaped(): never {
  throw new ContextdError('INTERNAL', 'a template writes a value that is not escaped for its place');
}

function escapeAll<K extends string>(
  values: Readonly<Record<K, string>>,
  escape: (text: string) => string,
): Readonly<Record<K, string>> {
  const entries = Object.entries<string>(values).map(([key, value]) => [key, escape(value)] as const);
  return Object.fromEntries(entries) as Record<K, string>;
}
