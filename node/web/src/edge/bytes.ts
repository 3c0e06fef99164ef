/** base64url without padding, as jx carries bytes. */
export function base64url(bytes: Uint8Array): string {
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The 16 bytes of a UUID. */
export function uuidBytes(id: string): Uint8Array {
  const hex = id.replace(/-/g, "");
  return Uint8Array.from({ length: 16 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
