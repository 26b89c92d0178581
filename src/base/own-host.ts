// Whether an HTTP request was meant for this server: a web page whose name was made to point here is refused by its Host.

/** `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/;
const LOOPBACK = /^(?:localhost|.+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * True for a loopback name or address and for one of `names` (the bound address, configured ones). The port does
 * not count: it may be forwarded. No `header` at all is HTTP/1.0, which no browser speaks.
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined) return true;
  const name = HOST.exec(header.toLowerCase())?.[1]?.replace(/\.$/, '');
  if (name === undefined) return false;
  return LOOPBACK.test(name) || names.some((each) => each.toLowerCase() === name);
}
