/* node/io/unzip.h - a ZIP from outside, read into memory: files at its root only, nothing is
 * ever written to disk. libarchive is named in unzip.c and zip.c alone. What the archive does
 * wrong is told as a list of defects, all of them, so that a person mends it once; the contents
 * of a defective archive are never to be used. Threads: reentrant. Owns: nothing; names and
 * bytes live in the caller's arena. */
#ifndef NODE_IO_UNZIP_H
#define NODE_IO_UNZIP_H

#include "node/base/arena.h"

/* What is too much. A ratio counts real bytes out against bytes of the archive, and only once
 * more than UNZIP_RATIO_FROM_BYTES came out, because tiny archives compress by any factor. */
struct unzip_caps {
    size_t n_entries;
    size_t file_bytes;
    size_t total_bytes;
    unsigned ratio;
    /* Which files the caller reads; the others are counted and thrown away. NULL: all. */
    bool (*wants)(const char *name);
};
#define UNZIP_RATIO_FROM_BYTES (1u << 20)

enum unzip_defect {
    UNZIP_BROKEN,     /* not a ZIP, cut off, or damaged; nothing behind it was read */
    UNZIP_ENCRYPTED,  /* the entry needs a password */
    UNZIP_DOUBLED,    /* a name stands twice, or twice but for case */
    UNZIP_PATH,       /* absolute, "..", a backslash, a drive or a control character */
    UNZIP_FOLDER,     /* a folder, or a file inside one */
    UNZIP_KIND,       /* a symbolic link or another thing that is no file */
    UNZIP_METHOD,     /* compressed by something else than deflate or nothing */
    UNZIP_N_ENTRIES,  /* more entries than the cap; the rest was not looked at */
    UNZIP_FILE_BYTES, /* one file is over the cap, as told or as it came out */
    UNZIP_TOTAL_BYTES,
    UNZIP_RATIO,
    UNZIP_DIFFERS, /* the real size or check sum is not the declared one */
};

struct unzip_file {
    const char *name; /* "users.csv", NUL-terminated */
    struct span bytes;
    bool is_wanted; /* else bytes is empty */
};

struct unzip_trouble {
    enum unzip_defect defect;
    const char *name; /* of the entry, "" when it concerns the archive */
};

struct unzip {
    const struct unzip_file *files;
    size_t n_files;
    const struct unzip_trouble *troubles; /* in the order of the archive */
    size_t n_troubles;
};

/* ERR_OK: the archive was looked at; it is good when n_troubles is 0. ERR_NOMEM otherwise. */
NODISCARD enum err unzip_read(struct span zip, const struct unzip_caps *caps,
                              struct arena *arena, struct unzip *unzip_out, struct fail *why);
/* The same from a file, which is not held in memory as a whole. ERR_NOT_FOUND, ERR_IO as well.
 */
NODISCARD enum err unzip_read_file(const char *path, const struct unzip_caps *caps,
                                   struct arena *arena, struct unzip *unzip_out,
                                   struct fail *why);

#endif
