/* node/io/zip_out.h - a ZIP of any size, made while it goes out: files at its root, deflated
 * lightly, sizes behind the bytes (so its length is known only at the end). Threads: one. Owns:
 * libarchive's state. */
#ifndef NODE_IO_ZIP_OUT_H
#define NODE_IO_ZIP_OUT_H

#include "node/base/err.h"
#include "node/base/span.h"

struct zip_out;

/* sink gets the bytes as they come; its error ends the ZIP and is returned. */
NODISCARD enum err zip_out_open(enum err (*sink)(void *arg, struct span bytes,
                                                 struct fail *why),
                                void *arg, struct zip_out **zip_out, struct fail *why);
/* The next file; the one before it ends. The name is a plain one. */
NODISCARD enum err zip_out_file(struct zip_out *zip, const char *name, int64_t at_utc_us,
                                struct fail *why);
NODISCARD enum err zip_out_put(struct zip_out *zip, struct span bytes, struct fail *why);
/* The list of files behind them: without it the ZIP is a cut one. */
NODISCARD enum err zip_out_finish(struct zip_out *zip, struct fail *why);
/* At any time; leaves NULL. Nothing more goes to the sink. */
void zip_out_close(struct zip_out **zip);

#endif
