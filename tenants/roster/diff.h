/* tenants/roster/diff.h - a package against what is stored: what is added, changed, gone, back.
 * A person is known by the roster's source id, then by the master identifier (a new source id
 * is then a change); a school also by its code when it was entered by hand. Whoever is not in
 * a package that brings its kind has left; what was entered by hand never leaves that way. A
 * person who was erased is kept out, with all that is his, unless somebody decided otherwise.
 * Threads: reentrant. Owns: nothing; results live in the caller's arena. */
#ifndef TENANTS_ROSTER_DIFF_H
#define TENANTS_ROSTER_DIFF_H

#include "node/base/jx.h"
#include "tenants/roster/snapshot.h"

enum roster_what {
    WHAT_ADDED,
    WHAT_CHANGED,
    WHAT_LEFT,
    WHAT_RETURNED, /* had left; fields that changed meanwhile are named too */
    WHAT_KEPT_OUT, /* of an erased person */
    ROSTER_WHATS_N
};
const char *roster_what_id(enum roster_what what); /* "added" ... */

struct roster_change {
    enum roster_kind kind;
    enum roster_what what;
    size_t row;         /* of the package; ROSTER_NONE: left */
    size_t stored;      /* of the snapshot; SNAPSHOT_NONE: added */
    const char *fields; /* columns that differ: "givenName grades" */
    size_t same_as;     /* added person: a stored one who may be the same; SNAPSHOT_NONE */
};

struct roster_diff {
    struct roster_change
        *changes; /* by kind, in the order of the package; those who left last */
    size_t n;
    size_t counts[ROSTER_KINDS_N][ROSTER_WHATS_N];
    size_t n_doubles; /* added persons with same_as */
    /* For every row of the package: its row of the snapshot, or SNAPSHOT_NONE. */
    size_t *stored_of[ROSTER_KINDS_N];
    uint8_t (*keys[ROSTER_KINDS_N])[PERSON_INDEX_BYTES];
    struct span *received[ROSTER_KINDS_N];
    bool *is_kept_out; /* of the package's users */
};

size_t roster_n_rows(const struct roster *roster, enum roster_kind kind);
const struct roster_row *roster_row_at(const struct roster *roster, enum roster_kind kind,
                                       size_t i);

/* admit_erased: erased persons are added like anybody. */
NODISCARD enum err roster_diff_make(struct keyring *keyring, const struct roster *roster,
                                    const struct snapshot *snapshot, bool admit_erased,
                                    struct arena *arena, struct roster_diff *diff_out,
                                    struct fail *why);

/* Counts as they stand in roster_import.counts and go out. */
struct roster_count {
    struct span kind;
    int64_t added, changed, left, returned, kept_out;
};
struct roster_counts {
    struct jx_list items; /* struct roster_count, one a kind */
    int64_t n_doubles;
};
extern const struct jx_shape roster_counts_shape;
NODISCARD enum err roster_counts_of(const struct roster_diff *diff, struct arena *arena,
                                    struct roster_counts *counts_out, struct fail *why);

#endif
