// Where a tool server may be: what is never reached, what only when the operator wrote so, in every way an address can be written.
import { describe, expect, test } from 'vitest';
import { kindOfAddress, refusalOf } from '../../src/mcp/address-rules.ts';

describe('an address', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '100.100.100.200',
    '168.63.129.16',
    '224.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '::',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1:a9:fe:a9fe::',
    '64:ff9b:1::a9:fea9:fe00:0',
    '::ffff:0:a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '2001:0:a9fe:a9fe::1',
    '2001::808:808:0:0:5601:5601',
    'not-an-address',
    '',
  ])('%s is never reached', (address) => {
    expect(kindOfAddress(address)).toBe('never');
  });

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '0:0:0:0:0:ffff:10.0.0.1',
    '64:ff9b:1::7f00:1',
    '64:ff9b:1:a00:0:100::',
    '64:ff9b:1::',
    '::ffff:0:7f00:1',
    '::ffff:0:10.0.0.1',
    '2001:0:7f00:1::1',
    '2001:0:808:808:0:0:f5ff:fffe',
  ])('%s is private', (address) => {
    expect(kindOfAddress(address)).toBe('private');
  });

  test.each([
    '1.1.1.1',
    '172.32.0.1',
    '172.15.255.255',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::808:808',
    '::ffff:0:8.8.8.8',
    '2002:808:808::1',
    '2001:0:808:808:0:0:f7f7:f7f7',
    '2001:1::1',
  ])('%s is public', (address) => {
    expect(kindOfAddress(address)).toBe('public');
  });
});

describe('a private address is reached', () => {
  const written = (writtenHost: string, allowsPrivate = false) => ({ writtenHost, allowsPrivate });

  test('when it stands in the configuration itself', () => {
    expect(refusalOf('127.0.0.1', '127.0.0.1', written('127.0.0.1'))).toBeUndefined();
    expect(refusalOf('localhost', '::1', written('localhost'))).toBeUndefined();
  });

  test('by a name only with allowPrivate, so that no name can be turned against us', () => {
    const refusal = refusalOf('tools.example', '10.0.0.5', written('tools.example'));
    expect(refusal).toMatch(/^tools\.example \(10\.0\.0\.5\) is a private address; "allowPrivate": true/);
    expect(refusalOf('tools.example', '10.0.0.5', written('tools.example', true))).toBeUndefined();
  });

  test('never where another host was written', () => {
    expect(refusalOf('127.0.0.1', '127.0.0.1', written('tools.example'))).toMatch(/private/);
    expect(refusalOf('10.0.0.6', '10.0.0.6', written('10.0.0.5'))).toMatch(/private/);
  });

  test('but no metadata service, whatever is written', () => {
    const metadata = '169.254.169.254';
    expect(refusalOf(metadata, metadata, written(metadata, true))).toMatch(/may never have/);
  });
});
