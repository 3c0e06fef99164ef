/* node/db/keyfiles.h - where the keystore lies: keys.dir/keystore and its copies, and the list
 * of erased persons keys.dir/erased.
 * Every replacement writes all places before it renames the first, the one in keys.dir first of
 * all. Of several readable places the one with the highest sequence counts; the others are
 * brought up to it. A lock file keeps two programs (a node and its successor) apart.
 * Threads: one at a time (the keyring's lock).  Owns: the lock's descriptor. */
#ifndef NODE_DB_KEYFILES_H
#define NODE_DB_KEYFILES_H

#include "node/db/keystore.h"

#define KEYFILES_N_PLACES 8

struct keyfiles;

/* copies: comma list of directories-with-file paths, "" for none. ERR_INVALID: too many, or no
 * absolute path; ERR_IO: dir cannot be locked in. */
NODISCARD enum err keyfiles_open(const char *dir, const char *copies, struct id node,
                                 struct keyfiles **files_out, struct fail *why);
void keyfiles_close(struct keyfiles **files);

/* Between these two no other program changes a place. They do not nest. */
NODISCARD enum err keyfiles_lock(struct keyfiles *files, struct fail *why);
void keyfiles_unlock(struct keyfiles *files);

/* ERR_NOT_FOUND: no place has a file. ERR_PROTO: there are files and none can be read (each was
 * logged). *store_out is the caller's to fini, in any case. Under the lock. */
NODISCARD enum err keyfiles_load(struct keyfiles *files, struct keystore *store_out,
                                 struct fail *why);
/* What every place holds of a subject, read anew; nothing is healed. Under the lock. */
NODISCARD enum err keyfiles_held(const struct keyfiles *files, enum key_kind kind,
                                 struct id subject, struct arena *arena,
                                 struct keyring_place **places_out, size_t *n_out,
                                 struct fail *why);
/* Whether keys.dir/keystore was replaced since the last load or save; asks the file system. */
bool keyfiles_changed(const struct keyfiles *files);
/* How strict a save is about the copies. The file in keys.dir always must be written. */
enum keyfiles_strict {
    KEYFILES_LENIENT, /* a copy out of reach is logged and renewed by a later load or save */
    KEYFILES_ADDED,   /* as lenient; nothing was taken out, so old files need no wiping */
    KEYFILES_TELL,    /* what is in reach is written; ERR_UNCERTAIN when a copy was not */
    KEYFILES_ALL,     /* nothing is written unless every place could be prepared */
};
/* ERR_OK, or ERR_UNCERTAIN: keys.dir has it, a copy does not (KEYFILES_TELL, KEYFILES_ALL).
 * ERR_NOSPACE, ERR_IO: the old keystore stands, unless the disk failed after the rename: load
 * it to be sure. Under the lock. */
NODISCARD enum err keyfiles_save(struct keyfiles *files, const struct keystore *store,
                                 enum keyfiles_strict strict, struct fail *why);

/* The erased list: read whole, appended to durably. A half-written last line is dropped. */
NODISCARD enum err keyfiles_erased_read(const struct keyfiles *files, struct arena *arena,
                                        struct id **persons_out, size_t *n_out,
                                        struct fail *why);
NODISCARD enum err keyfiles_erased_add(const struct keyfiles *files, struct id person,
                                       struct fail *why);

#endif
