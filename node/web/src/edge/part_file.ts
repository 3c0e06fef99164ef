/** A file of the client's own that no page and no script names by an element: as bytes. It has its content's
 * name, so a browser may keep it. */
export async function partFile(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return await answer.arrayBuffer();
}
