/* node/server/assets.h - the built browser client (web.dir), read into memory once at start.
 * Names with a content hash ("app-AB12CD34.js") may be kept for ever; everything else is asked
 * for again each time and answered 304 by its ETag. NAME.gz beside NAME is sent to browsers
 * that take gzip. A path that names no file and has no '.' in its last segment is a page of the
 * client and gets index.html. Without an index.html a plain page says that the client is not
 * built. Threads: read-only after open.  Owns: the bytes. */
#ifndef NODE_SERVER_ASSETS_H
#define NODE_SERVER_ASSETS_H

#include <stdbool.h>

#include "node/base/err.h"

#define ASSETS_MAX_BYTES (64 << 20)
#define ASSETS_MAX_FILES 2000

struct assets;
struct call;

/* A directory that is not there is an empty one. ERR_TOO_LARGE over the bounds above; names
 * that begin with '.', links and special files are left out. */
NODISCARD enum err assets_open(const char *dir, struct assets **assets_out, struct fail *why);
void assets_close(struct assets **assets);
int assets_n(const struct assets *assets);

/* Fills call->req.reply from call->path and the head; false when there is no such file. */
bool assets_serve(const struct assets *assets, struct call *call);

#endif
