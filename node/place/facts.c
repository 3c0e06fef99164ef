#include "node/place/facts.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/access_store.h"
#include "node/place/look_store.h"
#include "node/place/ready.h"

#define CHUNK_BYTES   8192
#define SESSIONS_MOST 1000
#define SESSIONS_DAYS 90 /* how far ahead sessions are known */

struct place_facts {
    atomic_int n_refs;
    struct arena *arena;
    struct facts_version version;
    struct facts_floor *floors; /* by id */
    size_t n_floors;
    struct facts_rule *rules;
    size_t n_rules;
    struct facts_session *sessions; /* by their beginning */
    size_t n_sessions;
};

bool facts_version_eq(const struct facts_version *a, const struct facts_version *b)
{
    return a->floors == b->floors && a->plans == b->plans && a->rules == b->rules &&
           a->sessions == b->sessions;
}

struct facts_plan facts_plan_default(struct span floor)
{
    return (struct facts_plan){.when_full =
                                   span_eq(floor, SPAN("lounge")) ? FACTS_COPY : FACTS_WAIT};
}

/* ---- making ---- */

struct place_facts *facts_ref(struct place_facts *facts)
{
    atomic_fetch_add(&facts->n_refs, 1);
    return facts;
}

void facts_unref(struct place_facts **facts)
{
    struct place_facts *f = *facts;

    *facts = NULL;
    if (f == NULL || atomic_fetch_sub(&f->n_refs, 1) != 1)
        return;
    for (size_t i = 0; i < f->n_floors; i++)
        ground_unref(&f->floors[i].ground);
    arena_destroy(&f->arena);
    free(f);
}

struct facts_version facts_version_of(const struct place_facts *facts)
{
    return facts->version;
}

static int floor_order(const void *a, const void *b)
{
    struct span x = ((const struct facts_floor *)a)->id;
    struct span y = ((const struct facts_floor *)b)->id;
    int way = memcmp(x.p, y.p, x.len < y.len ? x.len : y.len);

    return way != 0 ? way : (x.len > y.len) - (x.len < y.len);
}

static int session_order(const void *a, const void *b)
{
    const struct facts_session *x = a, *y = b;

    return (x->from_utc_us > y->from_utc_us) - (x->from_utc_us < y->from_utc_us);
}

/* A copy of n things of a size, with room for none. */
static void *copy_of(struct arena *arena, const void *from, size_t n, size_t size)
{
    void *copy = arena_alloc(arena, (n + 1) * size);

    if (copy != NULL && n > 0)
        memcpy(copy, from, n * size);
    return copy;
}

static bool own(struct arena *arena, struct span *text)
{
    *text = arena_copy(arena, *text);
    return text->p != NULL || text->len == 0;
}

static bool own_all(struct place_facts *f)
{
    bool is_fine = true;

    for (size_t i = 0; i < f->n_rules; i++)
        is_fine =
            is_fine && own(f->arena, &f->rules[i].floor) && own(f->arena, &f->rules[i].code);
    for (size_t i = 0; i < f->n_sessions; i++)
        is_fine = is_fine && own(f->arena, &f->sessions[i].floor) &&
                  own(f->arena, &f->sessions[i].title);
    return is_fine;
}

enum err facts_create(const struct facts_parts *parts, struct place_facts **facts_out,
                      struct fail *why)
{
    struct place_facts *f = calloc(1, sizeof *f);
    enum err rc = ERR_NOMEM;

    *facts_out = NULL;
    if (f == NULL)
        return fail_set(why, ERR_NOMEM, "facts");
    atomic_init(&f->n_refs, 1);
    f->version = parts->version;
    rc = arena_create(CHUNK_BYTES, &f->arena, why);
    if (rc == ERR_OK) {
        f->floors = copy_of(f->arena, parts->floors, parts->n_floors, sizeof *f->floors);
        f->rules = copy_of(f->arena, parts->rules, parts->n_rules, sizeof *f->rules);
        f->sessions =
            copy_of(f->arena, parts->sessions, parts->n_sessions, sizeof *f->sessions);
        if (f->floors == NULL || f->rules == NULL || f->sessions == NULL)
            rc = fail_set(why, ERR_NOMEM, "facts");
    }
    if (rc == ERR_OK) {
        for (size_t i = 0; i < parts->n_floors; i++) {
            f->floors[i].ground = ground_ref(parts->floors[i].ground);
            f->floors[i].id = f->floors[i].ground->floor->id;
        }
        f->n_floors = parts->n_floors;
        f->n_rules = parts->n_rules;
        f->n_sessions = parts->n_sessions;
        qsort(f->floors, f->n_floors, sizeof *f->floors, floor_order);
        qsort(f->sessions, f->n_sessions, sizeof *f->sessions, session_order);
        rc = own_all(f) ? ERR_OK : fail_set(why, ERR_NOMEM, "facts");
    }
    if (rc != ERR_OK)
        facts_unref(&f);
    *facts_out = f;
    return rc;
}

/* ---- reading ---- */

struct reading {
    struct db *db;
    struct arena *arena;
    const struct place_facts *before;
    struct facts_floor *floors; /* grounds are ours until read_free */
    size_t n_floors;
    struct facts_parts parts;
};

/* A ground of before with these bytes, or a new one. */
static enum err ground_for(const struct reading *r, struct span id, struct span text,
                           struct span hash, struct ground **out, struct fail *why)
{
    const struct facts_floor *old = r->before == NULL ? NULL : facts_floor(r->before, id);

    if (old != NULL && hash.len > 0 && span_eq(span_text(old->ground->floor->hash), hash)) {
        *out = ground_ref(old->ground);
        return ERR_OK;
    }
    return ground_create(text, out, why);
}

static enum err add_floor(struct reading *r, struct span id, struct span text, struct span hash,
                          int64_t version, struct fail *why)
{
    struct facts_floor *floor = &r->floors[r->n_floors];
    enum err rc = ground_for(r, id, text, hash, &floor->ground, why);

    if (rc != ERR_OK)
        return rc;
    floor->id = floor->ground->floor->id;
    floor->version = version;
    floor->plan = facts_plan_default(floor->id);
    r->n_floors++;
    return ERR_OK;
}

static bool has_floor(const struct reading *r, struct span id)
{
    for (size_t i = 0; i < r->n_floors; i++)
        if (span_eq(r->floors[i].id, id))
            return true;
    return false;
}

/* Memory that is out is an error; a floor that breaks a rule by now is not. */
static enum err add_published(struct reading *r, const struct floor_version_row *row,
                              struct fail *why)
{
    enum err rc = add_floor(r, row->floor, row->body, row->hash, row->version, why);

    if (rc != ERR_INVALID && rc != ERR_PROTO && rc != ERR_TOO_LARGE)
        return rc;
    log_error("place.floor_unreadable", L_SPAN("floor", row->floor),
              L_INT("version", row->version), L_FAIL(why));
    return ERR_OK;
}

static enum err add_ready(struct reading *r, struct fail *why)
{
    for (size_t i = 0; i < ready_floors_n; i++) {
        struct ground *ground = ready_ground(i);

        if (ground == NULL)
            return fail_set(why, ERR_NOMEM, "ready floors");
        if (has_floor(r, ground->floor->id))
            continue;
        r->floors[r->n_floors++] = (struct facts_floor){
            .id = ground->floor->id,
            .ground = ground_ref(ground),
            .plan = facts_plan_default(ground->floor->id),
        };
    }
    return ERR_OK;
}

static enum err room_for(struct reading *r, size_t n, struct fail *why)
{
    r->floors = arena_alloc(r->arena, (n + 1) * sizeof *r->floors);
    return r->floors == NULL ? fail_set(why, ERR_NOMEM, "%zu floors", n) : ERR_OK;
}

static enum err read_floors(struct reading *r, struct fail *why)
{
    struct floor_version_row *rows = NULL;
    size_t n = 0;
    enum err rc = floor_store_current(r->db, true, r->arena, &rows, &n, why);

    if (rc == ERR_OK)
        rc = room_for(r, n + ready_floors_n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = add_published(r, &rows[i], why);
    return rc == ERR_OK ? add_ready(r, why) : rc;
}

static enum err keep_floors(struct reading *r, struct fail *why)
{
    const struct place_facts *before = r->before;
    enum err rc = room_for(r, before->n_floors, why);

    for (size_t i = 0; i < before->n_floors && rc == ERR_OK; i++) {
        r->floors[i] = before->floors[i];
        r->floors[i].plan = facts_plan_default(r->floors[i].id);
        (void)ground_ref(r->floors[i].ground);
        r->n_floors++;
    }
    return rc;
}

static enum err read_plans(struct reading *r, struct fail *why)
{
    struct floor_plan_row *rows = NULL;
    size_t n = 0;
    enum err rc = floor_store_plans(NULL, r->db, r->arena, &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        for (size_t k = 0; k < r->n_floors; k++)
            if (span_eq(r->floors[k].id, rows[i].floor))
                r->floors[k].plan = rows[i].plan;
    return rc;
}

static enum err read_rules(struct reading *r, int64_t now_utc_us, struct fail *why)
{
    struct floor_rule_row *rows = NULL;
    struct facts_rule *rules;
    size_t n = 0;
    enum err rc = access_store_rules(NULL, r->db, now_utc_us, r->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    rules = arena_alloc(r->arena, (n + 1) * sizeof *rules);
    if (rules == NULL)
        return fail_set(why, ERR_NOMEM, "%zu rules", n);
    for (size_t i = 0; i < n; i++)
        rules[i] = rows[i].rule;
    r->parts.rules = rules;
    r->parts.n_rules = n;
    return ERR_OK;
}

static enum err read_sessions(struct reading *r, int64_t now_utc_us, struct fail *why)
{
    const struct sessions_ask ask = {.from_utc_us = now_utc_us,
                                     .until_utc_us = now_utc_us + SESSIONS_DAYS * DAY_US,
                                     .n_cap = SESSIONS_MOST};
    struct place_session_row *rows = NULL;
    struct facts_session *sessions;
    size_t n = 0;
    enum err rc = access_store_sessions(NULL, r->db, &ask, r->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    sessions = arena_alloc(r->arena, (n + 1) * sizeof *sessions);
    if (sessions == NULL)
        return fail_set(why, ERR_NOMEM, "%zu sessions", n);
    for (size_t i = 0; i < n; i++)
        sessions[i] = rows[i].session;
    r->parts.sessions = sessions;
    r->parts.n_sessions = n;
    return ERR_OK;
}

/* The version is read before the rows: what commits in between makes the next look read again.
 */
static enum err read_all(struct reading *r, int64_t now_utc_us, struct fail *why)
{
    enum err rc = look_store_version(r->db, &r->parts.version, NULL, why);

    if (rc == ERR_OK)
        rc = r->before != NULL && r->before->version.floors == r->parts.version.floors
                 ? keep_floors(r, why)
                 : read_floors(r, why);
    if (rc == ERR_OK)
        rc = read_plans(r, why);
    if (rc == ERR_OK)
        rc = read_rules(r, now_utc_us, why);
    if (rc == ERR_OK)
        rc = read_sessions(r, now_utc_us, why);
    return rc;
}

enum err facts_read(struct db *db, struct place_facts *before, int64_t now_utc_us,
                    struct place_facts **facts_out, struct fail *why)
{
    struct reading r = {.db = db, .before = before};
    enum err rc = arena_create(CHUNK_BYTES, &r.arena, why);

    *facts_out = NULL;
    if (rc == ERR_OK)
        rc = read_all(&r, now_utc_us, why);
    if (rc == ERR_OK) {
        r.parts.floors = r.floors;
        r.parts.n_floors = r.n_floors;
        rc = facts_create(&r.parts, facts_out, why);
    }
    for (size_t i = 0; i < r.n_floors; i++)
        ground_unref(&r.floors[i].ground);
    arena_destroy(&r.arena);
    return rc;
}

/* ---- floors ---- */

size_t facts_n_floors(const struct place_facts *facts)
{
    return facts->n_floors;
}

const struct facts_floor *facts_floor_at(const struct place_facts *facts, size_t i)
{
    return &facts->floors[i];
}

const struct facts_floor *facts_floor(const struct place_facts *facts, struct span id)
{
    for (size_t i = 0; i < facts->n_floors; i++)
        if (span_eq(facts->floors[i].id, id))
            return &facts->floors[i];
    return NULL;
}

/* ---- who may enter ---- */

static bool is_in_class(const struct place_pass *pass, struct id class)
{
    for (int i = 0; i < pass->n_classes; i++)
        if (id_eq(pass->classes[i], class))
            return true;
    return false;
}

static bool speaks_of(const struct facts_rule *rule, const struct place_pass *pass,
                      struct span floor)
{
    if (rule->floor.len > 0 && !span_eq(rule->floor, floor))
        return false;
    switch (rule->kind) {
    case FACTS_EVERYONE:
        return true;
    case FACTS_ROLE:
        return span_eq(rule->code, span_text(role_id(pass->caller.role)));
    case FACTS_SCHOOL:
        return id_eq(rule->subject, pass->caller.school);
    case FACTS_GRADE:
        return pass->grade[0] != '\0' && span_eq(rule->code, span_text(pass->grade));
    case FACTS_CLASS:
        return is_in_class(pass, rule->subject);
    case FACTS_ACCOUNT:
        return id_eq(rule->subject, pass->caller.account);
    case FACTS_SUBJECTS_N:
        break;
    }
    return false;
}

static bool holds_at(const struct facts_rule *rule, int64_t now_utc_us)
{
    return (!rule->has_from || rule->from_utc_us <= now_utc_us) &&
           (!rule->has_until || now_utc_us < rule->until_utc_us);
}

/* By how exact a rule is, then of this floor before every floor, then no before yes. */
static int weight(const struct facts_rule *rule)
{
    return (int)rule->kind * 4 + (rule->floor.len > 0 ? 2 : 0) +
           (rule->verdict == FACTS_DENY ? 1 : 0);
}

static void bound(int64_t *until, bool has, int64_t at_utc_us, int64_t now_utc_us)
{
    if (has && at_utc_us > now_utc_us && at_utc_us < *until)
        *until = at_utc_us;
}

struct facts_answer facts_access(const struct place_facts *facts, const struct place_pass *pass,
                                 struct span floor, int64_t now_utc_us)
{
    const struct facts_floor *there = facts_floor(facts, floor);
    struct facts_answer answer = {.why = FACTS_BY_DEFAULT, .until_utc_us = INT64_MAX};
    const struct facts_rule *best = NULL;

    for (size_t i = 0; i < facts->n_rules; i++) {
        const struct facts_rule *rule = &facts->rules[i];

        if (rule->verdict == FACTS_NONE || !speaks_of(rule, pass, floor))
            continue;
        bound(&answer.until_utc_us, rule->has_from, rule->from_utc_us, now_utc_us);
        bound(&answer.until_utc_us, rule->has_until, rule->until_utc_us, now_utc_us);
        if (holds_at(rule, now_utc_us) && (best == NULL || weight(rule) > weight(best)))
            best = rule;
    }
    answer.rule = best;
    if (there == NULL || there->plan.is_hidden) {
        answer.why = there == NULL ? FACTS_NO_FLOOR : FACTS_BY_HIDING;
        answer.rule = NULL;
    } else if (best != NULL) {
        answer.why = FACTS_BY_RULE;
        answer.may = best->verdict == FACTS_ALLOW;
    } else {
        answer.may = (FACTS_ROLES_IN & ROLE_BIT(pass->caller.role)) != 0;
    }
    return answer;
}

/* ---- sessions and capacity ---- */

const struct facts_session *facts_session_now(const struct place_facts *facts,
                                              struct span floor, int64_t now_utc_us)
{
    for (size_t i = 0; i < facts->n_sessions; i++) {
        const struct facts_session *s = &facts->sessions[i];

        if (span_eq(s->floor, floor) && s->from_utc_us <= now_utc_us &&
            now_utc_us < s->until_utc_us)
            return s;
    }
    return NULL;
}

const struct facts_session *facts_session_next(const struct place_facts *facts,
                                               struct span floor, int64_t now_utc_us)
{
    for (size_t i = 0; i < facts->n_sessions; i++)
        if (span_eq(facts->sessions[i].floor, floor) &&
            facts->sessions[i].from_utc_us > now_utc_us)
            return &facts->sessions[i];
    return NULL;
}

struct facts_room facts_room(const struct place_facts *facts, const struct facts_floor *floor,
                             int64_t now_utc_us, int floor_capacity_setting)
{
    const struct facts_session *next = facts_session_next(facts, floor->id, now_utc_us);
    struct facts_room room = {
        .capacity = floor->plan.has_capacity ? floor->plan.capacity : floor_capacity_setting,
        .when_full = floor->plan.when_full,
        .session = facts_session_now(facts, floor->id, now_utc_us),
        .until_utc_us = next != NULL ? next->from_utc_us : INT64_MAX,
    };

    if (room.session == NULL)
        return room;
    if (room.session->has_capacity) {
        room.capacity = room.session->capacity;
        room.when_full = FACTS_WAIT;
    }
    if (room.session->until_utc_us < room.until_utc_us)
        room.until_utc_us = room.session->until_utc_us;
    return room;
}
