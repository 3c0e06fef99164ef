/** Puts the style sheet of a part on the page, once; it is settled before the part is shown, so that nothing
 * is ever seen without its looks. */
export function wear(address: string): Promise<void> {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = () => done();
    link.onerror = () => failed(new Error(address));
    document.head.append(link);
  });
}
