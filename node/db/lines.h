/* node/db/lines.h - a file as lines, read once from front to back in flat memory. A regular
 * file is read as far as it went when it was opened: what is appended meanwhile is another
 * day's. Threads: one reader, one thread.  Owns: the descriptor it opened and its buffer. */
#ifndef NODE_DB_LINES_H
#define NODE_DB_LINES_H

#include "node/base/err.h"
#include "node/base/span.h"

struct lines;

/* cap_bytes: the longest line with its line feed. ERR_NOT_FOUND: no such file; ERR_IO. */
NODISCARD enum err lines_open(const char *path, size_t cap_bytes, struct lines **lines_out,
                              struct fail *why);
void lines_close(struct lines **lines);
/* The next line without its '\n', borrowed until the next call. ERR_NOT_FOUND: the end.
 * ERR_PROTO: bytes without a line feed at the end, or a line over the cap; *line_out has what
 * there is of it. ERR_IO. */
NODISCARD enum err lines_next(struct lines *lines, struct span *line_out, struct fail *why);
uint64_t lines_n(const struct lines *lines); /* lines given so far: the number of the last */

#endif
