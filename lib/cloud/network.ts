import { Token } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ConfigurationError } from './configuration-error.ts';

/** Where a relay's functions are to run. */
interface NetworkProps {
  /**
   * The VPC that the functions run in. They call Marketo, SQS, DynamoDB, Secrets Manager and, for dead letters over 1 MiB, S3; the one
   * that governs calls Lambda too. So the subnets need a way out: a NAT, or a proxy for Marketo beside VPC endpoints for the others.
   *
   * @default - none: Lambda's own network, which reaches all of them
   */
  readonly vpc?: IVpc;

  /**
   * Which subnets of the {@link vpc}.
   *
   * @default - its private subnets with a way out
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the functions.
   *
   * @default - a new one that lets nothing in, and out what the relay needs: HTTPS, and the port of `marketoBaseUrl`
   */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** As a Lambda function takes it. */
interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

const HTTPS_PORT = 443;

/**
 * One security group for all functions, unless some are given.
 *
 * @throws {ConfigurationError} for subnets or security groups without a VPC.
 */
function createNetwork(
  scope: Construct,
  props: NetworkProps & { readonly marketoBaseUrl: string },
): Network | undefined {
  const { vpc, vpcSubnets, securityGroups } = props;
  if (vpc === undefined) {
    const given = [
      ...(vpcSubnets === undefined ? [] : ['vpcSubnets']),
      ...(securityGroups === undefined ? [] : ['securityGroups']),
    ];
    if (given.length === 0) return undefined;
    throw new ConfigurationError('The relay cannot be built', [
      `${given.join(' and ')} without vpc: give the VPC that they belong to`,
    ]);
  }
  return {
    vpc,
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    securityGroups:
      securityGroups === undefined ? [createSecurityGroup(scope, vpc, props.marketoBaseUrl)] : [...securityGroups],
  };
}

function createSecurityGroup(scope: Construct, vpc: IVpc, marketoBaseUrl: string): SecurityGroup {
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'Functions of the Marketo relay: HTTPS out, nothing in',
    allowAllOutbound: false,
  });
  for (const port of new Set([HTTPS_PORT, portOf(marketoBaseUrl)])) {
    for (const peer of [Peer.anyIpv4(), Peer.anyIpv6()]) group.addEgressRule(peer, Port.tcp(port), 'Marketo and AWS');
  }
  return group;
}

/** An address that only a deployment knows is taken to have the usual port. */
function portOf(marketoBaseUrl: string): number {
  if (Token.isUnresolved(marketoBaseUrl) || !URL.canParse(marketoBaseUrl)) return HTTPS_PORT;
  return Number(new URL(marketoBaseUrl).port || HTTPS_PORT);
}

/**
 * What Lambda needs to put a function into a VPC: the actions of AWSLambdaVPCAccessExecutionRole, without those on logs. They
 * know no resources before the interface is there (Lambda: VPC access, execution role permissions).
 */
function grantNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
}

export type { Network, NetworkProps };
export { createNetwork, grantNetworkInterfaces };
