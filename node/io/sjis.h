/* node/io/sjis.h - UTF-8 to Shift_JIS as Windows has it (code page 932), for spreadsheet
 * programs that read nothing else. What it does not have becomes 〓 and is counted, so that a
 * list of it can stand beside the file (domain guide, section 12). Threads: one at a time.
 * Owns: its table and counts. */
#ifndef NODE_IO_SJIS_H
#define NODE_IO_SJIS_H

#include "node/base/err.h"
#include "node/base/span.h"

struct sjis;

/* ERR_UNAVAILABLE: this system's C library does not know the code page. */
NODISCARD enum err sjis_create(struct sjis **sjis_out, struct fail *why);
void sjis_destroy(struct sjis **sjis);

/* text is UTF-8; into has room for text.len bytes, more it never becomes. */
size_t sjis_write(struct sjis *sjis, struct span text, uint8_t *into);

/* One character that was not written as it was. */
struct sjis_changed {
    uint32_t point;
    const char *as; /* what stands for it, UTF-8: "〓", a look-alike "～", or "" */
    uint64_t n;
};
/* Their number, and the i-th by code point. Beyond 2,048 characters outside the first plane the
 * rest is counted together, under point 0. */
size_t sjis_n_changed(const struct sjis *sjis);
struct sjis_changed sjis_changed(const struct sjis *sjis, size_t i);

#endif
