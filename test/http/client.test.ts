// Address, scheme and origin of a client, believed exactly as far as configured.
import { describe, expect, test } from 'vitest';
import { clientAddress, isLoopback, isOriginAllowed, isSecure, ownOrigin } from '../../src/http/client.ts';

const from = (remoteAddress: string, headers: Record<string, string> = {}) => ({ headers, socket: { remoteAddress } });

describe('the address', () => {
  test.each([
    // hops, X-Forwarded-For, connection, expected
    [0, '9.9.9.9', '10.0.0.1', '10.0.0.1'],
    [0, undefined, '::ffff:10.0.0.1', '10.0.0.1'],
    [1, '9.9.9.9', '10.0.0.1', '9.9.9.9'],
    [1, 'forged, 9.9.9.9', '10.0.0.1', '9.9.9.9'],
    [2, '1.1.1.1, 9.9.9.9, 10.0.0.2', '10.0.0.1', '9.9.9.9'],
    [2, '9.9.9.9', '10.0.0.1', '9.9.9.9'],
    [1, undefined, '10.0.0.1', '10.0.0.1'],
    [1, 'nonsense', '10.0.0.1', '10.0.0.1'],
    [1, '[2001:db8::1]:4711', '10.0.0.1', '2001:db8::1'],
    [1, '9.9.9.9:4711', '10.0.0.1', '9.9.9.9'],
  ])('with %i trusted hops and X-Forwarded-For %s over %s is %s', (hops, forwarded, connection, expected) => {
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(clientAddress(from(connection, headers), hops)).toBe(expected);
  });

  test('of this machine itself is known in all its forms', () => {
    expect(['127.0.0.1', '127.8.8.8', '::1'].map(isLoopback)).toEqual([true, true, true]);
    expect(['10.0.0.1', '128.0.0.1', '2001:db8::1', 'unknown', ''].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('scheme and origin', () => {
  test('are those of the proxy only when there is one', () => {
    const request = from('10.0.0.1', {
      host: 'inner:8000',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'room.example',
    });
    expect(isSecure(request, 0)).toBe(false);
    expect(isSecure(request, 1)).toBe(true);
    expect(ownOrigin(request, 0)).toBe('http://inner:8000');
    expect(ownOrigin(request, 1)).toBe('https://room.example');
  });

  test('a page of a named origin may act with the cookie; of any other, and of `*`, not', () => {
    const request = from('10.0.0.1', { host: 'room.example', origin: 'https://app.example' });
    const allowed = (corsOrigins: string[]) => isOriginAllowed(request, { corsOrigins, trustProxyHops: 0 });
    expect([allowed(['https://app.example']), allowed([]), allowed(['*'])]).toEqual([true, false, false]);
  });
});
