/** A sheet is imported for its address (tools/build.ts); `edge/sheet.ts` puts it on the page. */
declare module "*.css" {
  const address: string;
  export default address;
}
