/* tenants/roster/preview.h - a package read, checked and compared with what is stored. Nothing
 * is written. Threads: reentrant. Owns: nothing; all of it lives in the caller's arena, which
 * is full of names: mark it secret. */
#ifndef TENANTS_ROSTER_PREVIEW_H
#define TENANTS_ROSTER_PREVIEW_H

#include "node/db/settings.h"
#include "tenants/roster/diff.h"
#include "tenants/roster/import_store.h"

struct preview {
    struct roster *roster; /* is_refused: nothing below is filled */
    struct snapshot snapshot;
    struct roster_diff diff;
    struct span changes;         /* the list for people, CSV: see struct preview_line */
    struct span counts;          /* JSON of roster_counts_shape */
    char text[PREVIEW_TEXT_CAP]; /* names package, store and changes; what a person approves */
};

/* The options of roster_read as this municipality's settings say. */
struct roster_options preview_options(const struct settings *settings);

/* admit_erased: as in roster_diff_make; a preview that a person sees is made without. */
NODISCARD enum err preview_make(struct keyring *keyring, const struct settings *settings,
                                struct db *db, struct span zip, bool admit_erased,
                                struct arena *arena, struct preview *preview_out,
                                struct fail *why);

/* One line of the list. */
struct preview_line {
    struct span kind, what;
    struct span object;  /* id of what is stored; empty: not yet there */
    struct span label;   /* 山田 花子（やまだ はなこ）; title of a thing */
    struct span detail;  /* P1 あおぞら小学校; the class of an enrolment */
    struct span fields;  /* columns that differ */
    struct span same_as; /* id of a person who may be the same */
    int64_t n;           /* place in the list, from 1 */
};
/* Lines of `kind` (empty: of any) behind place `after`. */
NODISCARD enum err preview_lines(struct span changes, struct span kind, int64_t after,
                                 size_t n_cap, struct arena *arena,
                                 struct preview_line **lines_out, size_t *n_out,
                                 bool *has_more_out, struct fail *why);

#endif
