import { requirePackage } from './packages.ts';
import type { Axis, Plot } from './types.ts';

/** As much of ECharts (https://echarts.apache.org) as is used here: it renders SVG without a browser. */
interface ECharts {
  init(
    dom: null,
    theme: null,
    options: { readonly renderer: 'svg'; readonly ssr: true; readonly width: number; readonly height: number },
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void };
}

const SCHEMES = ['light', 'dark'] as const;

type Scheme = (typeof SCHEMES)[number];

const SIZE = { width: 720, height: 360 };
/** To the left and the right of the axis. */
const MARGIN = 100;
const FONT = 'system-ui, -apple-system, sans-serif';

/** Told apart by those who do not see all colours (Okabe and Ito's palette), and by the shape of their points. */
const COLOURS = {
  light: {
    text: '#24292f',
    faint: '#d0d7de',
    series: ['#0072b2', '#d55e00', '#009e73', '#9a5c8f', '#8a6d00', '#57606a'],
  },
  dark: {
    text: '#e6edf3',
    faint: '#3d444d',
    series: ['#56b4e9', '#e69f00', '#2bbf91', '#cc79a7', '#f0e442', '#9da7b1'],
  },
} as const satisfies Record<Scheme, object>;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'roundRect'] as const;

/** A plot as an SVG document, on a transparent ground. The same plot gives the same text. */
function renderPlot(plot: Plot, scheme: Scheme): string {
  const { init } = requirePackage<ECharts>('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    chart.setOption(optionOf(plot, scheme));
    // The library numbers its charts and clips in the order of their making, which is none of the plot's business.
    return `${numberedAnew(chart.renderToSVGString())}\n`;
  } finally {
    chart.dispose();
  }
}

function optionOf({ title, kind, x, y, series, mark }: Plot, scheme: Scheme): object {
  const { text, faint, series: colours } = COLOURS[scheme];
  const names = Math.max(1, ...series.map(({ points }) => points.length));
  const axis = ({ name, scale }: Axis) => ({
    name,
    nameLocation: 'middle',
    nameGap: 40,
    nameTextStyle: { color: text, fontSize: 13 },
    type: { linear: 'value', log: 'log', names: 'category' }[scale],
    axisLabel: {
      color: text,
      fontSize: 12,
      // Every name, in lines as wide as its part of the axis.
      ...(scale === 'names' && { interval: 0, overflow: 'break', width: (SIZE.width - MARGIN) / names - 20 }),
    },
    axisLine: { show: true, lineStyle: { color: faint } },
    splitLine: { lineStyle: { color: faint } },
  });
  const markLine = mark && {
    silent: true,
    symbol: 'none',
    lineStyle: { color: text, type: 'dashed' },
    label: { formatter: mark.name, color: text, position: 'insideStartTop' },
    data: [{ yAxis: mark.y }],
  };
  return {
    animation: false,
    backgroundColor: 'transparent',
    color: colours,
    textStyle: { fontFamily: FONT },
    title: { text: title, left: 8, top: 6, textStyle: { color: text, fontSize: 15 } },
    legend: { show: series.length > 1, top: 34, left: 8, textStyle: { color: text, fontSize: 12 } },
    grid: { left: 76, right: 24, top: series.length > 1 ? 76 : 52, bottom: 66 },
    xAxis: { ...axis(x), splitLine: { show: false } },
    yAxis: { ...axis(y), nameGap: 54 },
    series: series.map(({ name, points }, index) => ({
      name,
      type: kind,
      data: points,
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: 7,
      barMaxWidth: 36,
      ...(index === 0 && markLine && { markLine }),
    })),
  };
}

function numberedAnew(svg: string): string {
  const names = new Map<string, string>();
  return svg.replace(/\bzr\d+-([\w-]+)/g, (_, rest: string) => {
    const name = names.get(rest) ?? `p${names.size}`;
    names.set(rest, name);
    return name;
  });
}

export { renderPlot, SCHEMES };
