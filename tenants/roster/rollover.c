#include "tenants/roster/rollover.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/db/hash256.h"
#include "node/db/seal.h"
#include "node/db/settings.h"
#include "tenants/people/account.h"
#include "tenants/people/account_step_store.h"
#include "tenants/rights/rights.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/import_store.h"

#define REASON_GRADUATED "rollover.left"
#define TOKYO_US         (INT64_C(9) * 3600 * 1000000)

/* ---- rules ---- */

const char *rollover_next_grade(struct span grade)
{
    static const char *const steps[] = {"P1", "P2", "P3", "P4", "P5", "P6", "J1",
                                        "J2", "J3", "H1", "H2", "H3", NULL};

    for (size_t i = 0; steps[i + 1] != NULL; i++)
        if (span_eq(grade, span_text(steps[i])))
            return steps[i + 1];
    return "";
}

int rollover_school_year(int64_t utc_us)
{
    int64_t days = (utc_us + TOKYO_US) / DAY_US;
    /* Civil date from days, after Howard Hinnant's era arithmetic (years begin in March). */
    int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);

    /* Day 31 of a year that begins on March 1 is April 1. */
    return (int)(yoe + era * 400 - (doy < 31 ? 1 : 0));
}

bool rollover_stays_at(struct span code, struct span grade_before)
{
    bool is_p6 = span_eq(grade_before, SPAN("P6")), is_j3 = span_eq(grade_before, SPAN("J3"));

    if (!is_p6 && !is_j3)
        return true;
    if (code.len < 2)
        return false;
    if (span_has_prefix(code, SPAN("E1")))
        return true;
    return is_p6 ? span_has_prefix(code, SPAN("C2")) : span_has_prefix(code, SPAN("D2"));
}

/* ---- what will change ---- */

struct work {
    const struct rollover_wishes *wishes;
    struct span last_grade;
    struct rollover_pending *p;
    struct arena *arena;
};

static bool is_in(struct id id, const struct id *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(list[i], id))
            return true;
    return false;
}

static const struct rollover_transfer *transfer_of(const struct work *w, struct id person)
{
    for (size_t i = 0; i < w->wishes->n_transfers; i++)
        if (id_eq(w->wishes->transfers[i].person, person))
            return &w->wishes->transfers[i];
    return NULL;
}

static void note(struct work *w, struct rollover_change change)
{
    change.n = (int)w->p->n + 1;
    w->p->changes[w->p->n++] = change;
}

static struct rollover_change change_of_student(const struct work *w,
                                                const struct rollover_person *p)
{
    struct rollover_change c = {.person = p->id,
                                .school_before = p->school,
                                .school = p->school,
                                .grade_before = p->grade,
                                .grade = p->grade};
    const char *next = rollover_next_grade(p->grade);

    c.kind = ROLLOVER_UP;
    if (is_in(p->id, w->wishes->leave, w->wishes->n_leave)) {
        c.kind = ROLLOVER_LEAVE;
    } else if (is_in(p->id, w->wishes->hold, w->wishes->n_hold)) {
        c.kind = ROLLOVER_HOLD;
    } else if (span_eq(p->grade, w->last_grade) || span_eq(p->grade, SPAN("H3"))) {
        c.kind = ROLLOVER_GRADUATE;
    } else if (*next == '\0') {
        c.kind = ROLLOVER_UNKNOWN;
    } else {
        c.grade = span_text(next);
        if (!rollover_stays_at(p->school_code, p->grade))
            c.school = ID_NONE; /* which one comes next the roster will say */
    }
    return c;
}

static void note_people(struct work *w, const struct rollover_person *people, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct rollover_transfer *to = transfer_of(w, people[i].id);

        if (people[i].is_student && !people[i].is_new_year)
            note(w, change_of_student(w, &people[i]));
        else if (!people[i].is_student && to != NULL)
            note(w, (struct rollover_change){.kind = ROLLOVER_TRANSFER,
                                             .person = people[i].id,
                                             .school_before = people[i].school,
                                             .school = to->school,
                                             .grade_before = people[i].grade,
                                             .grade = people[i].grade});
    }
}

/* A right in force ends when its class does, or when its holder leaves its school. */
static void note_rights(struct work *w, const struct rollover_change *rights, size_t n,
                        const struct rollover_change *ends, size_t n_ends)
{
    for (size_t i = 0; i < n; i++) {
        const struct rollover_change *r = &rights[i];
        bool is_over = false;

        for (size_t k = 0; !is_over && !id_is_none(r->school) && k < n_ends; k++)
            is_over = ends[k].kind == ROLLOVER_CLASS && id_eq(ends[k].object, r->school);
        for (size_t k = 0; !is_over && k < w->p->n; k++)
            is_over = w->p->changes[k].kind == ROLLOVER_TRANSFER &&
                      id_eq(w->p->changes[k].person, r->person) &&
                      !id_is_none(r->school_before) &&
                      id_eq(w->p->changes[k].school_before, r->school_before);
        if (is_over)
            note(w, *r);
    }
}

static enum err check_wishes(const struct work *w, const struct rollover_person *people,
                             size_t n, struct fail *why)
{
    const struct rollover_wishes *wish = w->wishes;

    for (size_t i = 0; i < wish->n_hold + wish->n_leave + wish->n_transfers; i++) {
        bool is_staff = i >= wish->n_hold + wish->n_leave, is_there = false;
        struct id id = i < wish->n_hold ? wish->hold[i]
                       : is_staff ? wish->transfers[i - wish->n_hold - wish->n_leave].person
                                  : wish->leave[i - wish->n_hold];

        for (size_t k = 0; !is_there && k < n; k++)
            is_there = id_eq(people[k].id, id) && people[k].is_student != is_staff;
        if (!is_there)
            return fail_field(why, ERR_INVALID,
                              i < wish->n_hold ? "hold"
                              : is_staff       ? "transfers"
                                               : "leave",
                              "no such %s here", is_staff ? "member of staff" : "student");
    }
    return ERR_OK;
}

/* ---- the row ---- */

#define COUNT(kind, name_, title) \
    { \
        .name = (name_), .type = JX_INT, \
        .offset = offsetof(struct rollover_counts, n) + (kind) * sizeof(int64_t), \
        .title_ja = (title) \
    }
static const struct jx_field counts_fields[] = {
    COUNT(ROLLOVER_UP, "up", "進級"),
    COUNT(ROLLOVER_GRADUATE, "graduate", "卒業"),
    COUNT(ROLLOVER_LEAVE, "leave", "転出"),
    COUNT(ROLLOVER_TRANSFER, "transfer", "教職員の異動"),
    COUNT(ROLLOVER_HOLD, "hold", "原級のまま"),
    COUNT(ROLLOVER_UNKNOWN, "unknown", "学年がわからない"),
    COUNT(ROLLOVER_CLASS, "class", "終わる学級"),
    COUNT(ROLLOVER_ENROLMENT, "enrolment", "終わる在籍"),
    COUNT(ROLLOVER_RIGHT, "right", "確定すると終わる権限"),
};
const struct jx_shape rollover_counts_shape =
    JX_SHAPE("RolloverCounts", struct rollover_counts, counts_fields);

static void put_id(struct hash256_state *state, struct id id)
{
    hash256_put(state, span_of(id.b, sizeof id.b));
}

static enum err fill_row(struct work *w, struct fail *why)
{
    struct rollover_row *row = &w->p->row;
    struct rollover_counts counts = {{0}};
    struct hash256_state state;
    struct hash256 hash;
    char *text = arena_alloc(w->arena, PREVIEW_TEXT_CAP);

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "roll-over");
    hash256_init(&state);
    hash256_put(&state, SPAN("ibasho-rollover-preview/1\n"));
    hash256_put(&state, span_of(row->fingerprint, FINGERPRINT_BYTES));
    hash256_put(&state, span_of(&row->school_year, sizeof row->school_year));
    for (size_t i = 0; i < w->p->n; i++) {
        const struct rollover_change *c = &w->p->changes[i];

        counts.n[c->kind]++;
        hash256_put(&state, span_text(rollover_kind_id(c->kind)));
        put_id(&state, c->person);
        put_id(&state, c->object);
        put_id(&state, c->school);
        hash256_put(&state, c->grade);
    }
    hash = hash256_end(&state);
    *hex_write(hash.b, HASH256_BYTES, text) = '\0';
    row->preview = span_text(text);
    return jx_write(&rollover_counts_shape, &counts, w->arena, &row->counts, why);
}

static enum err check_year(const struct rollover_wishes *wishes, struct db *db,
                           struct arena *arena, struct fail *why)
{
    int now = rollover_school_year(clock_utc_us());
    struct rollover_row *rows = NULL;
    size_t n = 0;
    enum err rc;

    if (wishes->school_year != now && wishes->school_year != now + 1)
        return fail_field(why, ERR_INVALID, "school_year", "%d or %d", now, now + 1);
    rc = rollover_store_list(db, 200, arena, &rows, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (rows[i].school_year == wishes->school_year &&
            (rows[i].state == ROLLOVER_APPLIED || rows[i].state == ROLLOVER_CONFIRMED))
            rc = fail_field(why, ERR_CONFLICT, "school_year", "rolled over already");
    return rc;
}

static enum err gather(struct work *w, struct db *db, struct fail *why)
{
    struct rollover_person *people = NULL;
    struct rollover_change *ends = NULL, *rights = NULL;
    size_t n_people = 0, n_ends = 0, n_rights = 0;
    enum err rc = roster_store_fingerprint(NULL, db, w->p->row.fingerprint, why);

    if (rc == ERR_OK)
        rc = rollover_store_people(db, w->wishes->school_year, w->arena, &people, &n_people,
                                   why);
    if (rc == ERR_OK)
        rc = check_wishes(w, people, n_people, why);
    if (rc == ERR_OK)
        rc = rollover_store_ends(db, w->wishes->school_year, w->arena, &ends, &n_ends, why);
    if (rc == ERR_OK)
        rc = rollover_store_rights(db, w->arena, &rights, &n_rights, why);
    if (rc != ERR_OK)
        return rc;
    w->p->changes =
        arena_alloc(w->arena, (n_people + n_ends + n_rights + 1) * sizeof *w->p->changes);
    if (w->p->changes == NULL)
        return fail_set(why, ERR_NOMEM, "changes");
    note_people(w, people, n_people);
    note_rights(w, rights, n_rights, ends, n_ends);
    for (size_t i = 0; i < n_ends; i++)
        note(w, ends[i]);
    return ERR_OK;
}

enum err rollover_prepare(const struct services *services, struct db *db,
                          const struct rollover_wishes *wishes, struct id by, const char *role,
                          struct arena *arena, struct rollover_pending *pending_out,
                          struct fail *why)
{
    struct work w = {.wishes = wishes,
                     .last_grade =
                         settings_text(services->settings, &setting_rollover_last_grade),
                     .p = pending_out,
                     .arena = arena};
    enum err rc;

    *pending_out = (struct rollover_pending){.row = {.id = id_new(),
                                                     .made_by = by,
                                                     .role = span_text(role),
                                                     .school_year = wishes->school_year,
                                                     .made_utc_us = clock_utc_us()}};
    rc = check_year(wishes, db, arena, why);
    if (rc == ERR_OK)
        rc = gather(&w, db, why);
    return rc == ERR_OK ? fill_row(&w, why) : rc;
}

enum err rollover_n_without_grade(const struct services *services, struct db *db,
                                  struct arena *arena, int64_t *n_out, struct fail *why)
{
    const struct rollover_wishes none = {.school_year = rollover_school_year(clock_utc_us())};
    const struct work w = {.wishes = &none,
                           .last_grade =
                               settings_text(services->settings, &setting_rollover_last_grade)};
    struct rollover_person *people = NULL;
    size_t n = 0;
    enum err rc = rollover_store_people(db, none.school_year, arena, &people, &n, why);

    *n_out = 0;
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        *n_out +=
            people[i].is_student && change_of_student(&w, &people[i]).kind == ROLLOVER_UNKNOWN;
    return rc;
}

enum err rollover_tx_add(struct tx *tx, const struct rollover_pending *pending,
                         struct fail *why)
{
    enum err rc = rollover_store_add(tx, &pending->row, why);

    for (size_t i = 0; rc == ERR_OK && i < pending->n; i++)
        rc = rollover_store_add_change(tx, pending->row.id, &pending->changes[i], why);
    return rc;
}

/* ---- decisions ---- */

enum err rollover_tx_apply(struct tx *tx, const struct rollover_decision *d, struct fail *why)
{
    uint8_t now[FINGERPRINT_BYTES];
    struct rollover_row row;
    enum err rc = rollover_store_find(tx, NULL, d->id, tx_arena(tx), &row, why);

    if (rc != ERR_OK)
        return rc;
    if (!span_eq(row.preview, d->preview))
        return fail_field(why, ERR_CONFLICT, "preview", "another preview");
    if (row.state == ROLLOVER_APPLIED)
        return ERR_OK;
    rc = roster_store_fingerprint(tx, NULL, now, why);
    if (rc == ERR_OK && memcmp(now, row.fingerprint, sizeof now) != 0)
        rc = fail_field(why, ERR_CONFLICT, "preview", "the roster changed since the preview");
    if (rc == ERR_OK)
        rc = rollover_store_move(tx, d->id, ROLLOVER_APPLIED, d->by, d->now_utc_us, why);
    return rc == ERR_OK ? rollover_store_do(tx, d->id, d->now_utc_us, why) : rc;
}

enum err rollover_tx_undo(struct tx *tx, const struct rollover_decision *d, struct fail *why)
{
    enum err rc = rollover_store_move(tx, d->id, ROLLOVER_UNDONE, d->by, d->now_utc_us, why);

    return rc == ERR_OK ? rollover_store_undo(tx, d->id, why) : rc;
}

/* ---- confirming ---- */

static enum err add_step(const struct services *services, struct rollover_ending *e,
                         const struct roster_account *account, struct arena *arena,
                         struct fail *why)
{
    struct account_step *step = &e->steps[e->n_steps];
    const struct seal_place place = {"account_step", "reason_sealed", id_new()};
    struct id key;
    enum err rc = keyring_find_key(services->keyring, KEY_PERSON, account->id, NULL, &key, why);

    *step =
        (struct account_step){.id = place.row,
                              .account = account->id,
                              .before = account->is_active ? ACCOUNT_ACTIVE : ACCOUNT_ISSUED,
                              .after = ACCOUNT_SUSPENDED,
                              .at_utc_us = e->decision.now_utc_us,
                              .actor = e->decision.by,
                              .actor_role = e->decision.role};
    if (rc == ERR_OK)
        rc = seal(services->keyring, key, &place, SPAN(REASON_GRADUATED), arena,
                  &step->reason_sealed, why);
    e->n_steps += rc == ERR_OK;
    return rc;
}

static enum err find_steps(const struct services *services, struct db *db,
                           struct rollover_ending *e, enum rollover_kind kind,
                           const struct roster_account *accounts, size_t n_accounts,
                           struct arena *arena, struct fail *why)
{
    struct rollover_change *left = NULL;
    size_t n = 0;
    enum err rc =
        rollover_store_changes(db, e->decision.id, kind, 0, INT32_MAX, arena, &left, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        for (size_t k = 0; rc == ERR_OK && k < n_accounts; k++)
            if (id_eq(accounts[k].id, left[i].person) && !accounts[k].is_suspended)
                rc = add_step(services, e, &accounts[k], arena, why);
    return rc;
}

enum err rollover_prepare_confirm(const struct services *services, struct db *db,
                                  const struct rollover_decision *decision, struct arena *arena,
                                  struct rollover_ending *ending_out, struct fail *why)
{
    struct rollover_ending *e = ending_out;
    struct roster_account *accounts = NULL;
    size_t n = 0;
    enum err rc = roster_store_accounts(db, arena, &accounts, &n, why);

    *e = (struct rollover_ending){.decision = *decision};
    if (rc == ERR_OK) {
        e->steps = arena_alloc(arena, (n + 1) * sizeof *e->steps);
        if (e->steps == NULL)
            return fail_set(why, ERR_NOMEM, "accounts");
    }
    if (rc == ERR_OK && settings_bool(services->settings, &setting_roster_suspend_leavers)) {
        rc = find_steps(services, db, e, ROLLOVER_GRADUATE, accounts, n, arena, why);
        if (rc == ERR_OK)
            rc = find_steps(services, db, e, ROLLOVER_LEAVE, accounts, n, arena, why);
    }
    if (rc == ERR_OK)
        rc = rollover_store_changes(db, decision->id, ROLLOVER_RIGHT, 0, INT32_MAX, arena,
                                    &e->rights, &e->n_rights, why);
    return rc;
}

enum err rollover_tx_confirm(const struct services *services, struct tx *tx,
                             const struct rollover_ending *e, struct fail *why)
{
    const struct rollover_decision *d = &e->decision;
    struct rights *rights =
        services->accounts == NULL ? NULL : accounts_rights(services->accounts);
    enum role role = ROLE_COMMISSIONER;
    enum err rc = role_parse(span_text(d->role), &role, why);

    if (rc == ERR_OK)
        rc = rollover_store_move(tx, d->id, ROLLOVER_CONFIRMED, d->by, d->now_utc_us, why);
    for (size_t i = 0; rc == ERR_OK && i < e->n_steps; i++)
        rc = account_step_append(tx, &e->steps[i], why);
    for (size_t i = 0; rc == ERR_OK && i < e->n_rights; i++) {
        struct rights_decision ending = {
            .grant = {.id = e->rights[i].object, .account = e->rights[i].person},
            .by = d->by,
            .by_role = role,
            .now_utc_us = d->now_utc_us};

        rc = rights_tx_end(rights, tx, &ending, why);
    }
    return rc;
}
