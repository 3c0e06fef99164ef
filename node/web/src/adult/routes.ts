/** The routes that grown-ups at work alone ask for come with their part: the build puts into this module
 * what it takes out of wire.ts (tools/build.ts). */
import { addRoutes } from "../edge/api.js";
import { routes } from "../wire.js";

addRoutes(routes);
