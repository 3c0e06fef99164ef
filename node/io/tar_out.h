/* node/io/tar_out.h - a tar (POSIX ustar) of any size, made while it goes out: plain files, all
 * of nobody (uid 0), mode 0644 and of 1970, so that the same files in the same order are the
 * same bytes. A name has at most 255 bytes, a file less than 8 GiB. Threads: one. Owns:
 * libarchive's state. */
#ifndef NODE_IO_TAR_OUT_H
#define NODE_IO_TAR_OUT_H

#include "node/base/err.h"
#include "node/base/span.h"

struct tar_out;

/* sink gets the bytes as they come; its error ends the tar and is returned. */
NODISCARD enum err tar_out_open(enum err (*sink)(void *arg, struct span bytes,
                                                 struct fail *why),
                                void *arg, struct tar_out **tar_out, struct fail *why);
/* The next file; of the one before it every byte was put. */
NODISCARD enum err tar_out_file(struct tar_out *tar, const char *name, int64_t n_bytes,
                                struct fail *why);
NODISCARD enum err tar_out_put(struct tar_out *tar, struct span bytes, struct fail *why);
/* What closes a tar. */
NODISCARD enum err tar_out_finish(struct tar_out *tar, struct fail *why);
/* At any time; leaves NULL. Nothing more goes to the sink. */
void tar_out_close(struct tar_out **tar);

#endif
