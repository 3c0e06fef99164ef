/* node/support/support_http.h - what the routes of this folder share. Threads: workers.
 * Owns: nothing. */
#ifndef NODE_SUPPORT_SUPPORT_HTTP_H
#define NODE_SUPPORT_SUPPORT_HTTP_H

#include <stddef.h>

#include "node/db/audit.h"
#include "node/place/place_http.h"

/* Who answers children; school staff, whoever is theirs by duty. */
#define SUPPORT_DESK \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define SUPPORT_STAFF (SUPPORT_DESK | ROLE_BIT(ROLE_SCHOOL_STAFF))
/* Who says who is on duty. */
#define SUPPORT_KEEPERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* So many rows of a list are looked through for a page: school staff may see few of their
 * school's, and where a page ends says nothing of the others. */
#define SUPPORT_PAGE      50 /* rows of a list shown at once */
#define SUPPORT_LOOK_MOST 2000
int support_look(const struct req *req);
/* Whose children he may know at most; ID_NONE: all. */
struct id support_school(const struct req *req);

#define SUPPORT_TEXT_MOST 500 /* graphemes of what staff write */

#define SUPPORT_TEXT_MAYBE(struct_, name_, has_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL | JX_RAW_TEXT, .least = 1, \
        .most = SUPPORT_TEXT_MOST, .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }

/* Names of accounts, each once, as far as the caller may know them; they stand in the access
 * record. No budget holds here (tenants/watch): a call for help is never hidden from those who
 * are to answer it. */
struct support_names {
    struct place_name *names;
    size_t n, cap;
    bool is_blind; /* the keys are closed: nobody's name is known, and all are shown */
    /* Of calls for help: school staff who are on duty for a school know its children by display
     * name and ID, too (NI-2.3-b2: a call goes to the school's persons on duty). */
    bool is_of_calls;
};
NODISCARD enum err support_names_open(struct req *req, size_t n_cap, struct support_names *out,
                                      struct fail *why);
void support_names_ask(struct support_names *names, struct id account); /* ID_NONE: nothing */
/* Looks all of them up. False: answered. */
NODISCARD bool support_names_read(struct req *req, struct support_names *names);
/* May the caller know of that person at all? About nobody: the desk may, school staff not. */
bool support_may_see(const struct req *req, const struct support_names *names,
                     struct id account);
/* "" when not to be told. */
struct span support_display(const struct support_names *names, struct id account);
struct span support_login(const struct support_names *names, struct id account);

/* {sos} or {incident} of the path: ERR_NOT_FOUND. */
NODISCARD enum err support_path_id(struct req *req, const char *name, struct fail *why);
/* Opens what incident_seal sealed; a destroyed or closed key gives "". */
struct span support_unseal(const struct req *req, const char *table, const char *column,
                           struct id row, struct span sealed);
/* When an account opened the notice of a step; 0: not (or not known just now). */
int64_t support_opened(struct req *req, struct id step, struct id account);
/* Of the caller's role, as tables say it. */
struct span support_role(const struct req *req);

#endif
