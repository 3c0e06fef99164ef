/* tenants/handback/check_dir.h - the bag as a directory: what is there, what the manifests say
 * of it, whether both agree, byte by byte. Reads every file once, in flat memory.
 * Threads: one.  Owns: what check_dir_open allocates. */
#ifndef TENANTS_HANDBACK_CHECK_DIR_H
#define TENANTS_HANDBACK_CHECK_DIR_H

#include "node/base/arena.h"
#include "tenants/handback/read_tags.h"

#define BAG_FILES_CAP     500000 /* files of one manifest: a bomb has more */
#define BAG_DEPTH_CAP     6
#define BAG_FULL_PATH_CAP 1024

struct bag_defect {
    const char *code; /* "hash" */
    const char *text_ja;
    const char *file; /* relative to the bag, "" for the bag itself */
    uint64_t line;    /* 0: none */
    bool has_seq;
    uint64_t seq;       /* of a leaf */
    const char *detail; /* may be empty */
};

struct check_say {
    void (*each)(const struct bag_defect *defect, void *arg);
    void *arg;
    uint64_t n;
};
/* code is one of check_dir.c's texts. */
void check_defect(struct check_say *say, const char *code, const char *file, uint64_t line,
                  const char *detail);
void check_leaf_defect(struct check_say *say, const char *code, const char *file, uint64_t seq,
                       const char *detail);

struct dir_file {
    const char *path; /* arena */
    uint8_t sha512[64];
    uint64_t n_bytes;
    bool is_there;
};

struct dir_manifest {
    struct dir_file *at; /* by path */
    size_t n;
};

struct check_dir {
    struct check_say *say;
    struct arena *arena;
    const char *dir;
    int fd;
    struct dir_manifest payload, tags; /* manifest-sha512.txt, tagmanifest-sha512.txt */
    uint64_t n_bytes, n_files;         /* of the payload, as found */
    uint8_t bag_sha512[64];            /* of manifest-sha512.txt: the bag's hash */
    uint8_t tag_sha512[64];            /* of tagmanifest-sha512.txt */
};

/* ERR_NOT_FOUND, ERR_DENIED, ERR_IO: dir cannot be read at all. What is wrong in it is said. */
NODISCARD enum err check_dir_open(struct check_dir *check, const char *dir,
                                  struct check_say *say, struct arena *arena, struct fail *why);
/* Everything that the manifests and the tree can say. ERR_IO, ERR_NOMEM: cannot go on. */
NODISCARD enum err check_dir_run(struct check_dir *check, struct fail *why);
/* The manifests alone, of a bag that was checked. */
NODISCARD enum err check_dir_list(struct check_dir *check, struct fail *why);
void check_dir_close(struct check_dir *check);

const struct dir_file *dir_find(const struct dir_manifest *manifest, const char *path);
/* A small file of the bag, whole; ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_DENIED (no plain file). */
NODISCARD enum err check_dir_read(const struct check_dir *check, const char *path, size_t cap,
                                  struct span *bytes_out, struct fail *why);

#endif
