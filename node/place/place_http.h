/* node/place/place_http.h - what the routes of this folder share. Threads: workers, but where
 * said otherwise. */
#ifndef NODE_PLACE_PLACE_HTTP_H
#define NODE_PLACE_PLACE_HTTP_H

#include <stddef.h>

#include "node/db/audit.h"
#include "node/place/floor_json.h"
#include "node/place/floor_store.h"
#include "node/place/look_store.h"
#include "node/place/store_rows.h"

/* Who decides about floors and access (AI-2.3-ア, AI-2.3-エ), who keeps the calendar of
 * sessions, who may see either. */
#define PLACE_DECIDERS ROLE_BIT(ROLE_COMMISSIONER)
#define PLACE_KEEPERS  (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define PLACE_READERS \
    (PLACE_KEEPERS | ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_DATA_HOLDER) | \
     ROLE_BIT(ROLE_SUPPORTER))
#define PLACE_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)

#define PLACE_FIELD(kind_, struct_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define PLACE_MAYBE(kind_, struct_, name_, has_, title) \
    { \
        .name = #name_, .type = (kind_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }
#define PLACE_CHOICE(struct_, name_, codes, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (codes), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

/* The floor that holds under an id: published, or ready. */
struct place_floor_now {
    struct floor_version_row row; /* version 0, no body and no `who`: the ready floor */
    const struct floor *floor;    /* in the arena, or the ready floor's */
    struct span text;             /* its file */
};
/* ERR_NOT_FOUND: no such floor. */
NODISCARD enum err place_floor_find(struct db *db, struct span id, struct arena *arena,
                                    struct place_floor_now *now_out, struct fail *why);
/* Whether there is such a floor, for rules and sessions that name one. */
NODISCARD enum err place_floor_is_there(struct tx *tx, struct span id, bool *is_there_out,
                                        struct fail *why);

/* Who asks, as a row says it. */
struct place_decider place_decider_of(const struct req *req);
/* After a commit, writer's thread: people inside shall have it soon. */
void place_changed(const struct services *services);
/* A number of the query; ERR_INVALID names it. *out is left alone when it is not there. */
NODISCARD enum err place_query_i64(const struct req *req, const char *name, int64_t least,
                                   int64_t most, int64_t *out, struct fail *why);
NODISCARD enum err place_query_time(const struct req *req, const char *name, int64_t *out,
                                    struct fail *why);
NODISCARD enum err place_query_id(const struct req *req, const char *name, struct id *out,
                                  struct fail *why);
/* Where a page of a list ended: "TIME,ID" of its last row. Not there: 0 and ID_NONE. */
NODISCARD enum err place_query_row(const struct req *req, const char *name, int64_t *at_out,
                                   struct id *id_out, struct fail *why);
/* The same as text; SPAN_NONE: no memory. */
struct span place_row_text(struct req *req, int64_t at_utc_us, struct id id);

/* Names to ids that go out beside them, as far as the caller may know them. */
struct place_name {
    struct id account;
    struct span display_name, login, role_id; /* empty: not to be told */
};
/* For n accounts, each once, in the same order. Answered (false) when it would be too many
 * names for one account (tenants/watch), or could not be made; else they stand in the access
 * record. The row has an audit class. */
NODISCARD bool place_names(struct req *req, struct place_name *names, size_t n);
/* Of those n; NULL: none. */
const struct place_name *place_name_find(const struct place_name *names, size_t n,
                                         struct id account);

#endif
