// Renders the transition graph as Mermaid flowchart or as DOT for Graphviz.

import type { ContextConfiguration } from './context.js';
import { readGraph, type GraphEdge, type GraphNode } from './graph.js';

/** Returns a Mermaid flowchart. Services that start with the transaction are boxes, those on demand are rounded. */
export function toMermaid(configuration: ContextConfiguration): string {
  const { nodes, edges } = readGraph(configuration);
  const names = nodeNames(nodes);
  const lines = [
    ...nodes.map((node) => `  ${nameOf(names, node.id)}${mermaidShape(node)}`),
    ...edges.map((edge) => {
      const label = escapeMermaid(edgeLabel(edge));
      return `  ${nameOf(names, edge.from)} -->|"${label}"| ${nameOf(names, edge.to)}`;
    }),
  ];
  return ['flowchart LR', ...lines, ''].join('\n');
}

/** Returns a directed graph in DOT. Services on demand are dashed. */
export function toDot(configuration: ContextConfiguration): string {
  const { nodes, edges } = readGraph(configuration);
  const lines = [
    ...nodes.map((node) => {
      const style = node.isEntry ? 'solid' : 'dashed';
      return `  ${quoteDot(node.id)} [label=${quoteDot(`${node.id}\n${node.instance}`)}, style=${style}];`;
    }),
    ...edges.map((edge) => {
      return `  ${quoteDot(edge.from)} -> ${quoteDot(edge.to)} [label=${quoteDot(edgeLabel(edge))}];`;
    }),
  ];
  return ['digraph transitions {', '  rankdir=LR;', '  node [shape=box];', ...lines, '}', ''].join('\n');
}

/** Numbers the nodes, because ids may contain dots and colons, which are syntax in Mermaid. */
function nodeNames(nodes: readonly GraphNode[]): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
}

function nameOf(names: ReadonlyMap<string, string>, id: string): string {
  return names.get(id) ?? 'unknown';
}

function mermaidShape(node: GraphNode): string {
  const label = `"${escapeMermaid(node.id)}<br/>${escapeMermaid(node.instance)}"`;
  return node.isEntry ? `[${label}]` : `(${label})`;
}

function edgeLabel({ trigger, action }: GraphEdge): string {
  return `${trigger}: ${action}`;
}

/** Writes special characters as numeric entities of Mermaid. */
function escapeMermaid(text: string): string {
  return text.replace(/[^A-Za-z0-9_ .:-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

function quoteDot(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
