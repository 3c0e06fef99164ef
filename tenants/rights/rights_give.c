/* Giving and ending rights: the rules, the row with its leaf, and that it counts at once. */
#include "node/base/clock.h"
#include "tenants/rights/right_store.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_priv.h"
#include "tenants/rights/rights_rows.h"

#define PURPOSE_MOST 40

const struct setting setting_unused_days = {
    .name = "rights.unused_days",
    .type = SETTING_INT,
    .least = 7,
    .most = 365,
    .unit = "日",
    .initial = "90",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-2.3.4-2a",
    .title_ja = "使われていない権限とみなすまでの日数",
    .title_en = "days until a right counts as unused",
    .help_ja = "この日数のあいだ使われなかった担当・目的の権限を、見直しの一覧に出します。",
};
const struct setting setting_purpose_days = {
    .name = "rights.purpose_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 366,
    .unit = "日",
    .initial = "90",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-T3-7",
    .title_ja = "目的つきの権限を渡せる最長の日数",
    .title_en = "longest term of a right given for a purpose",
    .help_ja =
        "記録や発言の閲覧、書き出しの権限は、目的と終わりの日を決めて渡します。その最長の"
        "日数です。",
};
const struct setting *const rights_settings[RIGHTS_SETTINGS_N] = {&setting_unused_days,
                                                                  &setting_purpose_days};

/* A code, not a sentence: it stands in clear and must name nobody. */
static bool is_code(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-",
                   text[i]) == NULL)
            return false;
    return n > 0 && n <= PURPOSE_MOST;
}

static enum err check_until(const struct rights *r, const struct rights_decision *d,
                            struct fail *why)
{
    const struct rights_grant *g = &d->grant;
    bool is_purpose = (RIGHT_BIT(g->right) & RIGHTS_PURPOSES) != 0;
    int64_t days = settings_int(r->settings, &setting_purpose_days);

    if (g->until_utc_us != 0 && g->until_utc_us <= d->now_utc_us)
        return fail_field(why, ERR_INVALID, "until", "it is over already");
    if (!is_purpose)
        return g->purpose[0] == '\0'
                   ? ERR_OK
                   : fail_field(why, ERR_INVALID, "purpose", "a duty states no purpose");
    if (!is_code(g->purpose))
        return fail_field(why, ERR_INVALID, "purpose", "a purpose is a code");
    if (g->until_utc_us == 0 || g->until_utc_us > d->now_utc_us + days * DAY_US)
        return fail_field(why, ERR_INVALID, "until", "an end within %lld days",
                          (long long)days);
    return ERR_OK;
}

/* Class and grade only where the duty is for one; the school is the person's own. */
static enum err check_scope(struct tx *tx, const struct rights_subject *subject,
                            const struct rights_grant *g, struct fail *why)
{
    bool is_there = false;
    enum err rc;

    if (subject->role != ROLE_SCHOOL_STAFF) {
        if (!id_is_none(g->school))
            return fail_field(why, ERR_INVALID, "school", "not of a school");
    } else if (id_is_none(g->school) || !id_eq(g->school, subject->school)) {
        return fail_field(why, ERR_INVALID, "school", "not the person's own");
    }
    if ((g->grade[0] != '\0') != (g->right == RIGHT_GRADE_HEAD))
        return fail_field(why, ERR_INVALID, "grade", "a grade for a grade head, no other");
    if (id_is_none(g->class) != (g->right != RIGHT_HOMEROOM))
        return fail_field(why, ERR_INVALID, "class", "a class for a homeroom, no other");
    if (id_is_none(g->class))
        return ERR_OK;
    rc = rights_look_class(tx, g->class, g->school, &is_there, why);
    if (rc == ERR_OK && !is_there)
        rc = fail_field(why, ERR_INVALID, "class", "no such class in that school");
    return rc;
}

static enum err check_giver(const struct rights_decision *d, struct fail *why)
{
    if (d->by_role != ROLE_COMMISSIONER && d->by_role != ROLE_ANONYMOUS)
        return fail_set(why, ERR_DENIED, "a %s gives no rights", role_id(d->by_role));
    if (id_eq(d->by, d->grant.account))
        return fail_set(why, ERR_DENIED, "nobody gives himself a right or takes one");
    return ERR_OK;
}

static bool is_same(const struct rights_grant *a, const struct rights_grant *b)
{
    return id_eq(a->account, b->account) && a->right == b->right &&
           id_eq(a->school, b->school) && id_eq(a->class, b->class) &&
           a->until_utc_us == b->until_utc_us && strcmp(a->grade, b->grade) == 0 &&
           strcmp(a->purpose, b->purpose) == 0;
}

/* A repeated request finds its row and adds none. */
static enum err find_same(struct tx *tx, struct rights_decision *d, struct fail *why)
{
    struct rights_grant before;
    bool is_ended;
    enum err rc = rights_look_find(tx, d->grant.id, &before, &is_ended, why);

    d->was_there = false;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_OK)
        return rc;
    if (is_ended || !is_same(&before, &d->grant))
        return fail_field(why, ERR_CONFLICT, "id", "stands for another decision");
    d->was_there = true;
    return ERR_OK;
}

static enum err add(struct tx *tx, const struct rights_decision *d, struct fail *why)
{
    const struct rights_grant *g = &d->grant;
    const struct right_grant_row row = {
        .id = g->id,
        .account = g->account,
        .right_name = span_text(right_id(g->right)),
        .school = g->school,
        .class = g->class,
        .grade = span_text(g->grade),
        .purpose = span_text(g->purpose),
        .given_utc_us = d->now_utc_us,
        .given_by = d->by,
        .role = rights_decider(d),
        .until_utc_us = g->until_utc_us,
    };

    return right_store_grant(tx, &row, why);
}

struct span rights_decider(const struct rights_decision *d)
{
    return d->by_role == ROLE_ANONYMOUS ? SPAN("operator") : span_text(role_id(d->by_role));
}

enum err rights_tx_give(struct rights *r, struct tx *tx, struct rights_decision *d,
                        struct fail *why)
{
    struct rights_grant *g = &d->grant;
    struct rights_subject subject = {.role = ROLE_ANONYMOUS};
    enum err rc = check_giver(d, why);

    if (rc == ERR_OK)
        rc = rights_look_subject(tx, g->account, &subject, why);
    if (rc == ERR_OK && subject.state == ACCOUNT_CLOSED)
        rc = fail_set(why, ERR_NOT_FOUND, "the account is closed");
    if (rc == ERR_OK && !(right_roles(g->right) & ROLE_BIT(subject.role)))
        rc = fail_field(why, ERR_INVALID, "right", "%s does not fit a %s", right_id(g->right),
                        role_id(subject.role));
    if (rc == ERR_OK) {
        g->role = subject.role;
        rc = find_same(tx, d, why);
    }
    if (rc != ERR_OK || d->was_there)
        return rc;
    rc = check_scope(tx, &subject, g, why);
    if (rc == ERR_OK)
        rc = check_until(r, d, why);
    return rc == ERR_OK ? add(tx, d, why) : rc;
}

enum err rights_tx_end(struct rights *r, struct tx *tx, struct rights_decision *d,
                       struct fail *why)
{
    struct right_end_row row = {.right_grant = d->grant.id,
                                .at_utc_us = d->now_utc_us,
                                .ended_by = d->by,
                                .role = rights_decider(d)};
    struct rights_grant before;
    enum err rc = check_giver(d, why);

    (void)r;
    if (rc == ERR_OK)
        rc = rights_look_find(tx, d->grant.id, &before, &d->was_there, why);
    if (rc == ERR_OK && !id_eq(before.account, d->grant.account))
        rc = fail_set(why, ERR_NOT_FOUND, "another person's right");
    if (rc != ERR_OK || d->was_there)
        return rc;
    row.id = id_new();
    return right_store_end(tx, &row, why);
}

enum err rights_tx_end_left(struct tx *tx, const struct rights_decision *decision,
                            struct fail *why)
{
    struct rights_grant *left = NULL;
    size_t n = 0;
    enum err rc = rights_look_left(tx, &left, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        const struct right_end_row row = {.id = id_new(),
                                          .right_grant = left[i].id,
                                          .at_utc_us = decision->now_utc_us,
                                          .ended_by = decision->by,
                                          .role = rights_decider(decision)};

        rc = right_store_end(tx, &row, why);
    }
    return rc;
}

struct both {
    struct rights *rights;
    struct rights_decision *decision;
};

static enum err give_run(struct tx *tx, void *arg, struct fail *why)
{
    struct both *both = arg;

    return rights_tx_give(both->rights, tx, both->decision, why);
}

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    struct both *both = arg;

    return rights_tx_end(both->rights, tx, both->decision, why);
}

enum err rights_give_wait(struct rights *r, struct rights_decision *decision, struct fail *why)
{
    struct both both = {r, decision};
    enum err rc = writer_wait(r->writer, give_run, &both, why);

    rights_settle(r);
    return rc;
}

enum err rights_end_wait(struct rights *r, struct rights_decision *decision, struct fail *why)
{
    struct both both = {r, decision};
    enum err rc = writer_wait(r->writer, end_run, &both, why);

    rights_settle(r);
    return rc;
}
