/* tenants/rights/rights.h - who may know and do what with whom (register section 0,
 * NI-2.3.4-2a, NI-T3-7, KP-3-安全-2). A role starts with nothing beyond section 0's line; a
 * duty or a purpose is given by a commissioner, for a school, class, grade or a stated purpose,
 * and may end by itself. Nobody gives himself a right, and a role can only be given rights that
 * fit it: a supporter never one that opens health, welfare or household facts (AI-4.4-カ-オ).
 *
 * The grants in force are kept in memory, for dispatch asks on every request. They are read
 * again before the next look after every change, so a right given or ended counts at once, in
 * open sessions too.
 * Threads: any; one struct db per thread. */
#ifndef TENANTS_RIGHTS_RIGHTS_H
#define TENANTS_RIGHTS_RIGHTS_H

#include "node/base/route.h"
#include "node/db/settings.h"
#include "node/db/writer.h"
#include "tenants/people/person_store.h"

/* Duties first, then purposes. Ids stand in right_grant.right_name and in JSON. */
enum right {
    RIGHT_HOMEROOM,   /* own class */
    RIGHT_GRADE_HEAD, /* own grade */
    RIGHT_GUIDANCE,   /* from here on the whole of the own school */
    RIGHT_MANAGER,
    RIGHT_NURSE,
    RIGHT_COUNSELLOR,
    RIGHT_SOCIAL_WORKER,
    RIGHT_ON_DUTY,   /* opens no person's row */
    RIGHT_LOGS_READ, /* purposes: stated, and with an end */
    RIGHT_MESSAGES_READ,
    RIGHT_EXPORT,
    RIGHT_N
};
#define RIGHT_BIT(right) (1u << (right)) /* in caller.duties */
#define RIGHTS_PURPOSES \
    (RIGHT_BIT(RIGHT_LOGS_READ) | RIGHT_BIT(RIGHT_MESSAGES_READ) | RIGHT_BIT(RIGHT_EXPORT))

const char *right_id(enum right right);      /* "grade_head" */
const char *right_name_ja(enum right right); /* "学年主任" */
unsigned right_roles(enum right right);      /* ROLE_BITs that may be given it */
bool right_is_work(enum right right); /* opens ID work (SHOWS_WORK) for children in reach */
NODISCARD enum err right_parse(struct span id, enum right *right_out, struct fail *why);

/* ---- what may be known of a person ---- */

#define SHOWS_DISPLAY 1u   /* display name */
#define SHOWS_LOGIN   2u   /* the ID beside it: staff only, never students (AI-2.7-エ) */
#define SHOWS_NAME    4u   /* real name and its reading */
#define SHOWS_SCHOOL  8u   /* school, grade, class */
#define SHOWS_STATE   16u  /* state of the account */
#define SHOWS_ACCOUNT 32u  /* its steps, end, trial mark, lock, sessions, rights */
#define SHOWS_WORK    64u  /* ID work: reset, unlock, suspend, slips */
#define SHOWS_FACTS   128u /* registration facts: welfare and household side */

#define RIGHTS_CLASSES_CAP 4  /* home classes of one child */
#define RIGHTS_GRADE_CAP   16 /* bytes, with the NUL */

/* Where a person stands, as far as rights depend on it. */
struct rights_place {
    struct id person, school; /* school: ID_NONE when of none */
    enum person_kind kind;
    enum role role; /* of the account; ROLE_ANONYMOUS: has none */
    bool is_usable; /* the account is issued, active or suspended */
    bool is_open;   /* the school takes part (is_cooperating); true without a school */
    bool is_child;  /* the caller is guardian of this child */
    bool has_left;  /* gone from the roster */
    bool is_merged; /* a doubled row that was merged into another: nobody's any more */
    int n_classes;  /* home classes the child is enrolled in today */
    struct id classes[RIGHTS_CLASSES_CAP];
    char grade[RIGHTS_GRADE_CAP];
};

/* One grant. */
struct rights_grant {
    struct id id, account, school, class, given_by;
    enum right right;
    enum role role; /* of the account */
    char grade[RIGHTS_GRADE_CAP];
    char purpose[64]; /* code of the stated purpose */
    int64_t given_utc_us;
    int64_t until_utc_us; /* 0: no end */
    int64_t used_utc_us;  /* last time it decided an access, by the day; 0: never */
};

/* The caller with the grants that are in force for him now. Borrowed parts live in the arena it
 * was made in. */
struct rights_view {
    struct caller caller;
    const struct rights_grant *grants;
    size_t n_grants;
    bool is_open_only; /* school.cooperating_only */
};

struct rights;

struct rights_conf {
    struct writer *writer;
    struct settings *settings;
};
/* accounts_open opens it, accounts_rights (tenants/people/account.h) gives it. */
NODISCARD enum err rights_open(const struct rights_conf *conf, struct rights **rights_out,
                               struct fail *why);
void rights_close(struct rights **rights);
/* What is in memory is read again before the next look: after a change by other means than the
 * functions below. */
void rights_forget(struct rights *rights);

/* What session_find puts into caller.duties: bits of the rights in force. (That the account
 * itself has not ended is session_find's to see.) */
NODISCARD enum err rights_duties(struct rights *rights, struct db *db, struct id account,
                                 enum role role, int64_t now_utc_us, unsigned *duties_out,
                                 struct fail *why);
NODISCARD enum err rights_view_make(struct rights *rights, struct db *db,
                                    const struct caller *caller, int64_t now_utc_us,
                                    struct arena *arena, struct rights_view *view_out,
                                    struct fail *why);
/* Section 0 as a function: which SHOWS_ bits this view has of that place; 0 is nothing, not
 * even that there is somebody. Pure. grant_out (may be NULL): the grant that decided, or NULL.
 */
unsigned rights_shows(const struct rights_view *view, const struct rights_place *place,
                      const struct rights_grant **grant_out);
/* Notes, at most once a day and without waiting, that the grant decided an access. */
void rights_note_use(struct rights *rights, const struct rights_grant *grant,
                     int64_t now_utc_us);

/* What rights_person found. */
struct rights_found {
    struct rights_place place;
    unsigned shows; /* SHOWS_ bits, at least those needed */
};
/* May the caller have all of need (SHOWS_ bits) of this person? The one question before every
 * handler that touches a person. ERR_NOT_FOUND: no such person; ERR_DENIED: hidden, or not as
 * much as needed: the same statements, and the same bytes for the outside, while the access
 * record says which it was. Notes the use of the right that decided. */
NODISCARD enum err rights_person(struct rights *rights, struct db *db,
                                 const struct caller *caller, struct id person, unsigned need,
                                 int64_t now_utc_us, struct rights_found *found_out,
                                 struct fail *why);
/* The same for a handler: reads the path's {id}, puts it into req->object and req->person. */
NODISCARD enum err rights_of_path(struct req *req, unsigned need,
                                  struct rights_found *found_out, struct fail *why);
/* May the caller do ID work for children of that school (request a new one, say)? Commissioner
 * and contractor: any; school staff: their own by duty, while it takes part. ERR_DENIED. */
NODISCARD enum err rights_school(struct rights *rights, struct db *db,
                                 const struct caller *caller, struct id school,
                                 int64_t now_utc_us, struct fail *why);
/* The caller's purpose of that kind in force, its code in the arena: logs, messages, export.
 * The use is noted. ERR_DENIED: none. */
NODISCARD enum err rights_purpose(struct rights *rights, struct db *db,
                                  const struct caller *caller, enum right right,
                                  int64_t now_utc_us, struct arena *arena,
                                  struct span *purpose_out, struct fail *why);

/* For a handler that is about to let data out of the node (AI-8-3). The contractor takes
 * nothing out without a stored permission: the right "export" in force for the account; on the
 * operator's socket, for anybody of the contractor, or the contract's end has been begun by the
 * commissioner. Others' routes decide for themselves. False: answered, 403 "export-purpose". */
NODISCARD bool rights_may_export(struct req *req);

/* ---- giving and ending ---- */

/* One decision; lives from before the post until rights_settle. by ID_NONE and role
 * ROLE_ANONYMOUS: the operator. */
struct rights_decision {
    struct rights_grant grant; /* giving: id client-made; ending: id and account suffice */
    struct id by;
    enum role by_role;
    int64_t now_utc_us;
    bool was_there; /* filled: the same decision had been made before, nothing was added */
};
/* Inside an operation's run; writes the row and its audit leaf. rights_tx_give: ERR_INVALID: a
 * rule is broken, why->field names the field ("right": does not fit the role; "school",
 * "class", "grade": missing or not the person's own; "purpose", "until"); ERR_DENIED: to
 * oneself; ERR_NOT_FOUND: no such account; ERR_CONFLICT: the id stands for another decision.
 * rights_tx_end: ERR_NOT_FOUND: this account has no such grant. */
NODISCARD enum err rights_tx_give(struct rights *rights, struct tx *tx,
                                  struct rights_decision *decision, struct fail *why);
NODISCARD enum err rights_tx_end(struct rights *rights, struct tx *tx,
                                 struct rights_decision *decision, struct fail *why);
/* After persons moved: ends every right for a school that is no longer its holder's own, with
 * its leaf, in the name of whoever decided the move (decision: by, by_role, now_utc_us). */
NODISCARD enum err rights_tx_end_left(struct tx *tx, const struct rights_decision *decision,
                                      struct fail *why);
/* In the operation's done, whatever it came to. */
void rights_settle(struct rights *rights);
/* Both halves, waiting: for jobs and tests. */
NODISCARD enum err rights_give_wait(struct rights *rights, struct rights_decision *decision,
                                    struct fail *why);
NODISCARD enum err rights_end_wait(struct rights *rights, struct rights_decision *decision,
                                   struct fail *why);

#endif
