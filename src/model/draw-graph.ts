// Drawings of the transition graph: Mermaid for pages, DOT for graphviz.

import type { ContextConfiguration } from './context.js';
import { readGraph, type GraphEdge, type GraphNode } from './graph.js';

/** A flowchart; services that start with the transaction are boxes, those on demand are rounded. */
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

/** A directed graph; services on demand are dashed. */
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

/** Ids may hold dots and colons, which Mermaid reads as syntax: nodes are numbered. */
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

/** Mermaid knows characters by number; everything but the plainest is written so. */
function escapeMermaid(text: string): string {
  return text.replace(/[^A-Za-z0-9_ .:-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

function quoteDot(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
