/* tenants/handback/as_of.h - the bag that an import took in, given back as it came: every file
 * byte by byte, with the signature of the node that gave it (KP-3-調達-4). Of leaf tables come
 * the rows whose leaves the import wrote; of other tables the rows whose record has the hash
 * that the import kept; log, tag files, README and what is kept and not used (import_bag.c)
 * come from their pieces, verbatim.
 *
 * What it cannot give: a row that was changed, erased or deleted since is not kept a second
 * time (an erased person must not live on in a copy), and data/oneroster is the roster as it
 * stands. Then nothing is given, and the file that is another is named. What was added since is
 * left out. What the node holds now goes out by an export without this, old log beside the new
 * one. Threads: as the export's. */
#ifndef TENANTS_HANDBACK_AS_OF_H
#define TENANTS_HANDBACK_AS_OF_H

#include "tenants/handback/bag.h"

#define AS_OF_PATH "as-of/" /* of pieces: not in data/log/past */
#define AS_OF_ROWS AS_OF_PATH "rows/"

/* The part of a record's line that is hashed: without its last bracket, and of an uploaded file
 * without the name of its bytes. */
struct span as_of_line(struct span line, bool has_file);

/* bag->as_of, in its arena. ERR_NOT_FOUND: not taken in here. */
NODISCARD enum err as_of_begin(struct bag *bag, struct id import, struct fail *why);
/* The cut of the log that came in. */
NODISCARD enum err as_of_cut(const struct as_of *as_of, struct journal_cut *cut_out,
                             struct fail *why);
/* For the statement of a leaf table's plan. */
void as_of_args(const struct as_of *as_of, struct db_args *args);

/* Which rows of a table that is no leaf table came in: by their order in the plan. */
struct as_of_pick {
    bool *is_in; /* NULL: all */
    size_t n, next;
};
/* Nothing to pick without bag->as_of. ERR_CONFLICT: one that came in is not as it was. */
NODISCARD enum err as_of_pick(struct bag *bag, const struct plan *plan, struct as_of_pick *pick,
                              struct fail *why);
bool as_of_takes(struct as_of_pick *pick); /* the next row */
void as_of_pick_free(struct as_of_pick *pick);

/* Everything that was kept verbatim, but the tag files. */
NODISCARD enum err as_of_files(struct bag *bag, struct fail *why);
/* Compares every file with the manifests that came in, and puts the tag files beside. */
NODISCARD enum err as_of_close(struct bag *bag, struct export_result *result, struct fail *why);

#endif
