/** A file that a part names: its address. */
declare module "worklet:*" {
  const address: string;
  export default address;
}
declare module "*.wasm" {
  const address: string;
  export default address;
}
