#include "reporting/weekly_paper.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/classes/class_text.h"
#include "node/classes/lesson_plan_store.h"
#include "node/place/floor_name.h"
#include "reporting/weekly_week.h"
#include "tenants/people/account.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/people_index.h"

#define SEEN (SHOWS_DISPLAY | SHOWS_LOGIN)

struct naming {
    const struct rights_view *view;
    const struct people *people;
    struct arena *arena;
    struct weekly_paper *paper;
};

static enum err take(struct naming *naming, struct span from, struct span *to, struct fail *why)
{
    *to = arena_copy(naming->arena, from);
    return to->p == NULL && from.len > 0 ? fail_set(why, ERR_NOMEM, "a name") : ERR_OK;
}

/* Staff of a school never learn that there is somebody of another. Whoever may see everyone is
 * told that somebody was erased: the figures are his. */
static enum err name_one(struct naming *naming, struct weekly_one *one, bool *is_seen_out,
                         struct fail *why)
{
    const struct people_entry *e = people_find(naming->people, one->account);
    unsigned shows = e == NULL ? 0 : rights_shows(naming->view, &e->place, NULL);
    enum err rc = ERR_OK;

    *is_seen_out =
        e == NULL ? naming->view->caller.role != ROLE_SCHOOL_STAFF : (shows & SEEN) == SEEN;
    if (!*is_seen_out)
        return ERR_OK;
    if (e == NULL) {
        one->display = SPAN("（削除されたID）");
        return ERR_OK;
    }
    rc = take(naming, e->login, &one->login, why);
    if (rc == ERR_OK)
        rc = take(naming, e->display, &one->display, why);
    if (rc == ERR_OK && (shows & SHOWS_NAME) != 0)
        rc = take(naming, e->name, &one->name, why);
    if (rc == ERR_OK && (shows & SHOWS_SCHOOL) != 0)
        rc = take(naming, e->school_name, &one->school, why);
    if (one->name.len > 0)
        naming->paper->has_names = true;
    return rc;
}

static int compare(struct span a, struct span b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

    return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static int by_login(const void *a, const void *b)
{
    const struct weekly_one *x = a, *y = b;
    int c = compare(x->login, y->login);

    return c != 0 ? c : memcmp(x->account.b, y->account.b, sizeof x->account.b);
}

static enum err name_all(struct naming *naming, const struct weekly_line *lines, size_t n,
                         struct fail *why)
{
    struct weekly_paper *paper = naming->paper;
    enum err rc = ERR_OK;

    for (size_t i = 0, j; rc == ERR_OK && i < n; i = j) {
        struct weekly_one one = {.account = lines[i].account, .lines = &lines[i]};
        bool is_seen = false;

        for (j = i; j < n && id_eq(lines[j].account, lines[i].account); j++)
            one.n++;
        rc = name_one(naming, &one, &is_seen, why);
        if (rc == ERR_OK && is_seen)
            paper->ones[paper->n++] = one;
    }
    qsort(paper->ones, paper->n, sizeof *paper->ones, by_login);
    for (size_t i = 0; i < paper->n; i++)
        paper->accounts[i] = paper->ones[i].account;
    return rc;
}

/* What a course was called: its title, seen, without its reading. Of many lines of one course
 * the first is looked up. */
static enum err title_one(const struct services *services, struct db *db, struct arena *arena,
                          struct weekly_line *lines, size_t i, struct fail *why)
{
    struct span sealed, noted = SPAN_NONE, read;
    struct id row;
    enum err rc;

    for (size_t k = 0; k < i; k++)
        if (lines[k].kind == WEEKLY_LESSON && id_eq(lines[k].course, lines[i].course) &&
            lines[k].course_version == lines[i].course_version) {
            lines[i].title = lines[k].title;
            return ERR_OK;
        }
    rc = lesson_plan_title(db, lines[i].course, lines[i].course_version, arena, &row, &sealed,
                           why);
    if (rc == ERR_OK)
        rc = class_unseal(services->keyring, CLASS_COURSE_TABLE, "title_sealed", row, sealed,
                          arena, &noted, why);
    if (rc == ERR_OK)
        rc = floor_name_split(noted, arena, &lines[i].title, &read, why);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err title_all(const struct services *services, struct db *db, struct arena *arena,
                          struct weekly_line *lines, size_t n, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (lines[i].kind == WEEKLY_LESSON)
            rc = title_one(services, db, arena, lines, i, why);
    return rc;
}

static enum err take_contract(const struct services *services, struct db *db,
                              struct arena *arena, struct weekly_paper *paper, struct fail *why)
{
    struct contract_row contract;
    enum err rc = contract_store_current(NULL, db, clock_utc_us(), arena, &contract, why);

    paper->town = span_text(conf_text(services->conf, "node.title_ja"));
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK) {
        paper->title = contract.title;
        paper->contractor = contract.contractor;
    }
    return rc;
}

enum err weekly_paper_make(const struct services *services, struct db *db,
                           const struct caller *reader, const struct weekly_report *report,
                           int64_t now_utc_us, struct arena *arena, struct weekly_paper *out,
                           struct fail *why)
{
    struct accounts *accounts = services->accounts;
    struct people *people = NULL;
    struct weekly_line *lines = NULL;
    struct rights_view view;
    size_t n = 0;
    enum err rc = weekly_store_lines(db, report, arena, &lines, &n, why);

    *out = (struct weekly_paper){.report = *report, .reader = reader->role};
    arena_mark_secret(arena); /* names will lie in it */
    out->ones = arena_alloc(arena, (n + 1) * sizeof *out->ones);
    out->accounts = arena_alloc(arena, (n + 1) * sizeof *out->accounts);
    if (rc == ERR_OK && (out->ones == NULL || out->accounts == NULL))
        rc = fail_set(why, ERR_NOMEM, "%zu lines", n);
    if (rc == ERR_OK)
        rc = title_all(services, db, arena, lines, n, why);
    if (rc == ERR_OK)
        rc = take_contract(services, db, arena, out, why);
    if (rc == ERR_OK)
        rc = rights_view_make(accounts_rights(accounts), db, reader, now_utc_us, arena, &view,
                              why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), db, &people, why);
    if (rc == ERR_OK)
        rc = name_all(&(struct naming){&view, people, arena, out}, lines, n, why);
    people_unref(&people);
    return rc;
}

const char *weekly_paper_name(const struct weekly_report *report, struct arena *arena)
{
    char day[DAY_TEXT_CAP];

    day_text(report->week_utc_us, day);
    return arena_printf(arena, "weekly-%s", day);
}
