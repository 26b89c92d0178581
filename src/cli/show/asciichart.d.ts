// Types of the part of asciichart that is used here; the package has none.

declare module 'asciichart' {
  interface PlotOptions {
    readonly min: number;
    readonly max: number;
    /** In lines, minus one. */
    readonly height: number;
    /** Formats the label of a line, which is followed by a blank and the axis. */
    readonly format: (value: number) => string;
  }
  const asciichart: { plot(series: readonly number[], options: PlotOptions): string };
  export default asciichart;
}
