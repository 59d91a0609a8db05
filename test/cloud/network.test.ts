import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import type { MarketoRelayProps } from '../../lib/cloud/relay-props.ts';
import { BASE_URL, functionOf, onlyResource, statementsOf, synthesizeRelay, testApp } from './synth.ts';

const FUNCTIONS = ['Delivery', 'Govern', 'Triage'] as const;

function inVpc(props: (stack: Stack, vpc: IVpc) => Partial<MarketoRelayProps> = () => ({})): Template {
  const stack = new Stack(testApp(), 'Test');
  // `Vpc` spells optional members of `IVpc` in a way that exactOptionalPropertyTypes does not let through.
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc;
  new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, vpc, ...props(stack, vpc) });
  return Template.fromStack(stack);
}

describe('a relay in a VPC', () => {
  const template = inVpc();

  it.each(FUNCTIONS)('has %s in its private subnets, with the right to be there', (id) => {
    const config = functionOf(template, id).Properties.VpcConfig as Record<string, unknown[]>;
    expect(config.SubnetIds).toHaveLength(2);
    expect(JSON.stringify(config.SubnetIds)).toMatch(/VpcPrivateSubnet1.*VpcPrivateSubnet2/);
    expect(JSON.stringify(statementsOf(template, id))).toContain('ec2:CreateNetworkInterface');
  });

  it('has one security group, which lets HTTPS out and nothing in', () => {
    const { Properties } = onlyResource(template, 'AWS::EC2::SecurityGroup');
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
    expect(Properties.SecurityGroupEgress).toEqual([
      { CidrIp: '0.0.0.0/0', Description: 'Marketo and AWS', FromPort: 443, IpProtocol: 'tcp', ToPort: 443 },
      { CidrIpv6: '::/0', Description: 'Marketo and AWS', FromPort: 443, IpProtocol: 'tcp', ToPort: 443 },
    ]);
  });

  it('lets out to the port of a proxy too', () => {
    const proxy = { marketoBaseUrl: 'https://proxy.example.com:8443', allowOtherHosts: true };
    const { SecurityGroupEgress } = onlyResource(
      inVpc(() => proxy),
      'AWS::EC2::SecurityGroup',
    ).Properties;
    expect(JSON.stringify(SecurityGroupEgress)).toContain('"ToPort":8443');
  });

  it('takes subnets and security groups that are given', () => {
    const given = inVpc((stack, vpc) => ({
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: [vpc.availabilityZones[0] ?? ''] },
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Mine', 'sg-0123456789abcdef0')],
    }));
    given.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    for (const id of FUNCTIONS) {
      expect(functionOf(given, id).Properties.VpcConfig).toEqual({
        SecurityGroupIds: ['sg-0123456789abcdef0'],
        SubnetIds: [{ Ref: expect.stringMatching(/^VpcPrivateSubnet1/) }],
      });
    }
  });
});

describe('a relay without a VPC', () => {
  it('is in none, and has no right to be', () => {
    const { template } = synthesizeRelay();
    expect(functionOf(template).Properties).not.toHaveProperty('VpcConfig');
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    template.resourcePropertiesCountIs('AWS::IAM::Policy', { PolicyDocument: Match.serializedJson('ec2:') }, 0);
  });

  it('takes no subnets and security groups', () => {
    expect(() => synthesizeRelay({ vpcSubnets: {}, securityGroups: [] })).toThrow(
      'vpcSubnets and securityGroups without vpc: give the VPC that they belong to',
    );
  });
});
