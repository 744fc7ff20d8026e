// Keys that the widget makes up itself: unguessable, and available on pages without TLS too.

/** A random key of 32 hexadecimal digits. */
export function newKey(fill: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  return Array.from(fill(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
