/* tenants/ending/ending_names.h - what one person is called, and where a text says so: the
 * whole name and its kana, family and given name, every display name there was, the ID. Looked
 * for as names are searched (FOLD_SEARCH, without spaces); what is one character long is left
 * out, for it is everywhere.
 * Threads: any.  Owns: nothing; results live in the caller's arena. */
#ifndef TENANTS_ENDING_ENDING_NAMES_H
#define TENANTS_ENDING_ENDING_NAMES_H

#include "node/base/services.h"
#include "node/db/db.h"

#define ENDING_NAMES_CAP 64

struct ending_names {
    struct {
        struct span folded;
        bool is_whole; /* says who it is by itself; else a part of the name */
    } at[ENDING_NAMES_CAP];
    size_t n;
};

/* ERR_LOCKED, ERR_UNAVAILABLE: names cannot be opened now. Nobody known: n is 0. */
NODISCARD enum err ending_names_read(const struct services *services, struct db *db,
                                     struct id person, struct arena *arena,
                                     struct ending_names *out, struct fail *why);
/* One more; twice the same is one, too short is none. */
NODISCARD enum err ending_names_add(struct ending_names *names, struct span name, bool is_whole,
                                    struct arena *arena, struct fail *why);

struct ending_hit {
    size_t at, len; /* bytes of the text */
    bool is_whole;  /* some name in it is whole */
};
/* The first name in the text. is_there_out false: none. ERR_PROTO: not text. */
NODISCARD enum err ending_names_find(const struct ending_names *names, struct span text,
                                     struct arena *arena, bool *is_there_out,
                                     struct ending_hit *hit_out, struct fail *why);
#define ENDING_HIDDEN SPAN("＊＊＊")
/* The text with every name hidden: ENDING_HIDDEN stands in its place. */
NODISCARD enum err ending_names_mask(const struct ending_names *names, struct span text,
                                     struct arena *arena, struct span *masked_out,
                                     struct fail *why);

#endif
