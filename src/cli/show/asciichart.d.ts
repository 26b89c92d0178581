// The part of asciichart that is used here; the package brings no types.

declare module 'asciichart' {
  interface PlotOptions {
    readonly min: number;
    readonly max: number;
    /** In lines; there is one more than that. */
    readonly height: number;
    /** The label of a line; it stands before a blank and the axis. */
    readonly format: (value: number) => string;
  }
  const asciichart: { plot(series: readonly number[], options: PlotOptions): string };
  export default asciichart;
}
