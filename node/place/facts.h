/* node/place/facts.h - what holds of the place at a moment: floors, how full they get, who may
 * enter, sessions. A snapshot of the tables, immutable and shared; every question to it is a
 * pure function of it, a person and an instant (AI-2.3-ア, AI-4.3-イ-エ-2, SE-4.1-イ-1).
 * Threads: any.  Owns: its texts and its references to grounds. */
#ifndef NODE_PLACE_FACTS_H
#define NODE_PLACE_FACTS_H

#include "node/db/db.h"
#include "node/place/ground.h"
#include "node/place/place.h"

struct place_facts;

enum facts_when_full { FACTS_COPY, FACTS_WAIT };
#define FACTS_WHENS_FULL "copy|wait"
struct facts_plan {
    bool is_decided; /* false: nobody has decided anything, these are the defaults */
    bool has_capacity;
    int capacity; /* without has_capacity: the setting place.floor_capacity */
    enum facts_when_full when_full;
    bool is_hidden;
};
struct facts_floor {
    struct span id;        /* what follows is true of a floor of this id */
    struct ground *ground; /* borrowed from the facts; ground_ref to keep */
    int64_t version;       /* that was published; 0: the ready floor */
    struct facts_plan plan;
};

/* Less exact first. */
enum facts_subject {
    FACTS_EVERYONE,
    FACTS_ROLE,
    FACTS_SCHOOL,
    FACTS_GRADE,
    FACTS_CLASS,
    FACTS_ACCOUNT,
    FACTS_SUBJECTS_N
};
#define FACTS_SUBJECTS "everyone|role|school|grade|class|account"
enum facts_verdict { FACTS_ALLOW, FACTS_DENY, FACTS_NONE }; /* NONE: withdrawn */
#define FACTS_VERDICTS "allow|deny|none"
struct facts_rule {
    struct id id;
    int64_t n;
    struct span floor; /* empty: every floor */
    enum facts_subject kind;
    struct id subject; /* of school, class, account */
    struct span code;  /* of role, grade */
    enum facts_verdict verdict;
    bool has_from, has_until;
    int64_t from_utc_us, until_utc_us; /* from <= now < until */
};
struct facts_session {
    struct id session;
    int64_t n, version;
    struct span floor, title;
    int64_t from_utc_us, until_utc_us;
    bool has_capacity, is_anonymous;
    int capacity;
};

/* One number for each table; equal: nothing changed. */
struct facts_version {
    int64_t floors, plans, rules, sessions;
};
bool facts_version_eq(const struct facts_version *a, const struct facts_version *b);

/* Reads everything; what of `before` (may be NULL) still holds is shared with it, so that a
 * change of one floor costs one floor. A published floor that this program cannot read any more
 * is logged and the ready floor stands in its place. The caller holds the first reference. */
NODISCARD enum err facts_read(struct db *db, struct place_facts *before, int64_t now_utc_us,
                              struct place_facts **facts_out, struct fail *why);
struct place_facts *facts_ref(struct place_facts *facts);
void facts_unref(struct place_facts **facts); /* accepts NULL, leaves NULL */
struct facts_version facts_version_of(const struct place_facts *facts);

/* Floors by id; hidden ones too. Borrowed from the facts. */
size_t facts_n_floors(const struct place_facts *facts);
const struct facts_floor *facts_floor_at(const struct place_facts *facts, size_t i);
const struct facts_floor *facts_floor(const struct place_facts *facts, struct span id);

/* ---- who may enter ---- */

enum facts_why {
    FACTS_BY_DEFAULT, /* no rule speaks of him: by his role */
    FACTS_BY_RULE,
    FACTS_BY_HIDING, /* the floor is hidden */
    FACTS_NO_FLOOR,
};
struct facts_answer {
    bool may;
    enum facts_why why;
    const struct facts_rule *rule; /* that decided; NULL */
    /* The next instant at which a rule that speaks of him begins or ends, so that the answer
     * may be another then; INT64_MAX: none. */
    int64_t until_utc_us;
};
/* By rules that hold now: the newest decision for each floor and subject, withdrawn ones not.
 * The most exact subject decides (account, class, grade, school, role, everyone); of one
 * subject a rule of this floor before one of every floor; of several classes that say both yes
 * and no, no. A rule outside its dates says nothing, and no older one stands in for it. Without
 * any: students and staff may, guardians and guest teachers not. A hidden floor: nobody. */
struct facts_answer facts_access(const struct place_facts *facts, const struct place_pass *pass,
                                 struct span floor, int64_t now_utc_us);
/* The roles that may enter where no rule says otherwise. */
#define FACTS_ROLES_IN \
    (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | \
     ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
/* Those that may hold a ticket at all. */
#define FACTS_ROLES_TICKET \
    (FACTS_ROLES_IN | ROLE_BIT(ROLE_GUEST_TEACHER) | ROLE_BIT(ROLE_GUARDIAN))

/* ---- sessions and capacity ---- */

/* The session that runs on that floor (from <= now < until); NULL: none. */
const struct facts_session *facts_session_now(const struct place_facts *facts,
                                              struct span floor, int64_t now_utc_us);
/* The next that begins after now; NULL: none. */
const struct facts_session *facts_session_next(const struct place_facts *facts,
                                               struct span floor, int64_t now_utc_us);
struct facts_room {
    int capacity;
    enum facts_when_full when_full;
    const struct facts_session *session; /* that runs; NULL */
    int64_t until_utc_us;                /* when a session begins or ends; INT64_MAX: none */
};
/* How many a floor takes now. A session's capacity is one room, full means waiting; without
 * one of its own it is the floor's plan, then the setting. */
struct facts_room facts_room(const struct place_facts *facts, const struct facts_floor *floor,
                             int64_t now_utc_us, int floor_capacity_setting);

/* ---- making one: of the store, and of tests ---- */

struct facts_parts {
    struct facts_version version;
    const struct facts_floor *floors; /* grounds: references are taken */
    size_t n_floors;
    const struct facts_rule *rules; /* the newest of each floor and subject */
    size_t n_rules;
    const struct facts_session *sessions;
    size_t n_sessions;
};
/* Copies; floors are sorted by id. */
NODISCARD enum err facts_create(const struct facts_parts *parts, struct place_facts **facts_out,
                                struct fail *why);
/* Of a floor nobody decided anything about: a lounge overflows, others let wait. */
struct facts_plan facts_plan_default(struct span floor);

#endif
