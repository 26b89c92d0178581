// Checks the Host header of an HTTP request, as a protection against DNS rebinding.

/** `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/;
const LOOPBACK = /^(?:localhost|.+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Returns true for a loopback name or address and for one of `names` (the bound address, configured names). The port is
 * ignored, because it may be forwarded. A request without the header is HTTP/1.0, which no browser sends.
 */
export function isAllowedHost(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined) return true;
  const name = HOST.exec(header.toLowerCase())?.[1]?.replace(/\.$/, '');
  if (name === undefined) return false;
  return LOOPBACK.test(name) || names.some((each) => each.toLowerCase() === name);
}
