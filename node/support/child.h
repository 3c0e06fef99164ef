/* node/support/child.h - what the routes about children share: how much the caller may know of
 * whom (register section 0), names, words of staff under a child's key.
 * Threads: workers.  Owns: nothing; texts live in the request's arena. */
#ifndef NODE_SUPPORT_CHILD_H
#define NODE_SUPPORT_CHILD_H

#include <stddef.h>

#include "node/base/route.h"
#include "node/place/floor_store.h"
#include "node/place/place_http.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

/* Whoever watches over children and sees their IDs; and school staff, for theirs by duty. */
#define CHILD_WATCHERS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define CHILD_STAFF (CHILD_WATCHERS | ROLE_BIT(ROLE_SCHOOL_STAFF))
/* What one must be allowed to know to have a row of a child. */
#define CHILD_NEED      (SHOWS_DISPLAY | SHOWS_LOGIN)
#define CHILD_TEXT_MOST 500

#define CHILD_TEXT(struct_, name_, has_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL | JX_RAW_TEXT, .least = 1, \
        .most = CHILD_TEXT_MOST, .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }

/* Everybody's names for one request. */
struct child_names {
    struct people *people;
    struct rights_view view;
    struct arena *arena;
};
NODISCARD enum err child_names_open(struct req *req, struct child_names *out, struct fail *why);
void child_names_close(struct child_names *names);
/* A child whose row the caller may have; NULL: none. Borrowed. */
const struct people_entry *child_entry(const struct child_names *names, struct id account);
/* A child's display name as far as the caller may know it; staff's, which everybody reads in
 * the place; "" else. In the arena. */
struct span child_display(const struct child_names *names, struct id account);

/* The {id} of the path as a child whose row the caller may have, in req->object and person.
 * ERR_NOT_FOUND, ERR_DENIED: the same bytes. */
NODISCARD enum err child_of_path(struct req *req, struct fail *why);
/* The same of a body. */
NODISCARD enum err child_of(struct req *req, struct id child, struct fail *why);

/* Under the child's key; "" stays "". */
NODISCARD enum err child_seal(struct req *req, const char *table, const char *column,
                              struct id row, struct id child, struct span text,
                              struct span *sealed_out, struct fail *why);
/* "" when there is none, or the key is gone. */
NODISCARD enum err child_unseal(struct req *req, const char *table, const char *column,
                                struct id row, struct span sealed, struct span *text_out,
                                struct fail *why);

#endif
