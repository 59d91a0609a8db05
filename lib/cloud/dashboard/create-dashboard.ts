import { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, CustomWidget, type Dashboard, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
import type { Construct } from 'constructs';
import { serviceName } from '../service-name.ts';
import { type Charted, chartSections } from './sections.ts';

interface DashboardProps extends Charted {
  readonly alarms: readonly Alarm[];
  /** Shown below the alarms. */
  readonly widgets: readonly IWidget[];
}

/** What an operator's screen shows of half a working day. */
const RANGE = Duration.hours(4);
const FULL_WIDTH = 24;
const ALARMS_HEIGHT = 4;
const TRIAGE_HEIGHT = 8;

/**
 * One dashboard: alarms first, then what can be acted on, then how the relay works and what it costs. No alarm is made here:
 * those of the relay are its own.
 */
function createDashboard(relay: Construct, props: DashboardProps): Dashboard {
  const factory = new DefaultDashboardFactory(relay, 'Dashboards', {
    dashboardNamePrefix: serviceName(relay),
    detailDashboardRange: RANGE,
  });
  const facade = new MonitoringFacade(relay, 'Monitoring', { dashboardFactory: factory });
  facade.addLargeHeader('Marketo relay');
  facade.addWidget(
    new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: FULL_WIDTH, height: ALARMS_HEIGHT }),
  );
  for (const widget of props.widgets) facade.addWidget(widget);
  for (const { title, description, groups } of chartSections(relay, props)) {
    facade.monitorCustom({
      humanReadableName: title,
      alarmFriendlyName: title.replace(/\W+/g, ''),
      description,
      descriptionWidgetHeight: 1,
      metricGroups: [...groups],
    });
  }
  for (const lambdaFunction of props.functions) {
    facade.monitorLambdaFunction({
      lambdaFunction,
      humanReadableName: lambdaFunction.node.id,
      alarmFriendlyName: lambdaFunction.node.id,
      isIterator: false,
    });
  }
  const { dashboard } = factory;
  if (dashboard === undefined) throw new Error('the dashboard was not made');
  return dashboard;
}

/** It looks when somebody asks it to: each look hides the letters from others for seconds. */
function triageWidget(triageFunction: IFunction): IWidget {
  return new CustomWidget({
    title: 'Dead letters: what to do',
    functionArn: triageFunction.functionArn,
    width: FULL_WIDTH,
    height: TRIAGE_HEIGHT,
    updateOnRefresh: false,
    updateOnResize: false,
    updateOnTimeRangeChange: false,
  });
}

export type { DashboardProps };
export { createDashboard, triageWidget };
