/** Where in the client a reader is, as the part of the address after `#`. */
export type Page =
  | { readonly at: "home" }
  | { readonly at: "settings" }
  | { readonly at: "setting"; readonly name: string }
  | { readonly at: "sheet" }
  | { readonly at: "sheet-check" }
  | { readonly at: "unlock" }
  | { readonly at: "missing" };

export function pageFrom(hash: string): Page {
  const parts = hash.replace(/^#\/?/, "").split("/");
  const [head = "", name = ""] = parts;
  if (parts.length === 1) {
    switch (head) {
      case "":
        return { at: "home" };
      case "settings":
      case "sheet":
      case "sheet-check":
      case "unlock":
        return { at: head };
    }
  }
  if (parts.length === 2 && head === "settings" && /^[a-z0-9_.]{1,100}$/.test(name))
    return { at: "setting", name };
  return { at: "missing" };
}

export function hashOf(page: Page): string {
  switch (page.at) {
    case "home":
      return "#/";
    case "setting":
      return `#/settings/${page.name}`;
    case "missing":
      return "#/missing";
    default:
      return `#/${page.at}`;
  }
}

/** Pages that grown-ups at work use; their code is fetched when one is opened. */
export function isForAdults(page: Page): boolean {
  switch (page.at) {
    case "home":
    case "missing":
      return false;
    case "settings":
    case "setting":
    case "sheet":
    case "sheet-check":
    case "unlock":
      return true;
  }
}
