/* node/server/path.h - the strict request-target parser: the raw bytes between method and
 * version, before any library has touched them.
 *
 * Accepts the origin form of RFC 9112, section 3.2.1 alone, and of that only what can mean one
 * thing: characters of RFC 3986, percent-decoded once, valid UTF-8. Refused are control
 * characters (plain or encoded; C0, C1, DEL), NUL, an encoded '/' or '\' in the path, empty
 * segments, the segments "." and ".." however they are written, fragments, bare or odd percent
 * signs, and in the query: names other than [a-z][a-z0-9_]*, empty pairs, a name twice, more
 * than PATH_QUERY_MAX pairs. What it accepts means the same to a WHATWG URL parser
 * (tests/integration/test_path_whatwg.py).
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef NODE_SERVER_PATH_H
#define NODE_SERVER_PATH_H

#include "node/base/arena.h"
#include "node/base/route.h"

#define PATH_TARGET_MAX_BYTES 2048
#define PATH_SEGMENTS_MAX     12
#define PATH_QUERY_MAX        16
#define PATH_QUERY_NAME_MAX   32

struct path {
    struct span text;                        /* decoded: "/api/v1/settings/時刻" */
    struct span segments[PATH_SEGMENTS_MAX]; /* decoded, none empty; "/" has none */
    int n_segments;
    bool ends_in_slash; /* "/rooms/"; also set for "/" */
    struct req_param query[PATH_QUERY_MAX];
    int n_query;
};

/* ERR_TOO_LARGE: longer than PATH_TARGET_MAX_BYTES, or more segments or pairs than fit.
 * ERR_PROTO: breaks a rule above. */
NODISCARD enum err path_parse(struct span target, struct arena *arena, struct path *path_out,
                              struct fail *why);

#endif
