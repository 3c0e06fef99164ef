/* node/io/zip.h - a ZIP made in memory: files at its root, deflated, in the order of their
 * names, without times: the same files give the same bytes. libarchive is named in zip.c and
 * unzip.c alone. Threads: reentrant. Owns: nothing; the bytes live in the caller's arena. */
#ifndef NODE_IO_ZIP_H
#define NODE_IO_ZIP_H

#include "node/base/arena.h"

struct zip_entry {
    const char *name; /* "users.csv" */
    struct span bytes;
};

/* ERR_INVALID: a name stands twice, is empty or is no plain file name. */
NODISCARD enum err zip_write(const struct zip_entry *entries, size_t n, struct arena *arena,
                             struct span *zip_out, struct fail *why);

/* The same under a password (8 printable ASCII characters or more): WinZip's AE-2 with AES-256,
 * which 7-Zip, macOS (Keka, The Unarchiver) and bsdtar open and Windows' own folder view does
 * not. Names and sizes of the files stay in clear. Each time other bytes. ERR_INVALID:
 * password. */
NODISCARD enum err zip_write_locked(const struct zip_entry *entries, size_t n,
                                    const char *password, struct arena *arena,
                                    struct span *zip_out, struct fail *why);

#endif
