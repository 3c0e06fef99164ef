/* The looking thread and passes, on a real store: what changed is told to whom it concerns, by
 * whatever way it was changed (AI-2.3-ア, AI-2.3-カ, AI-4.3-イ-エ-2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/features.h"
#include "node/place/look.h"
#include "node/place/visit_store.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

#define WAIT_MS 10000 /* a look comes within PLACE_LOOK_MS; the machine may be busy */

struct town {
    struct people_fixture people;
    struct mbox *news;
    struct place_facts *facts;
    struct look *look;
    struct id school, class, child, session;
};

static void told(void *arg, struct look_news *news)
{
    if (mbox_post(arg, &news, NULL) != ERR_OK)
        look_news_free(&news);
}

static struct id session_of(struct town *t, struct id account)
{
    struct id id = id_new();

    audit_fixture_sql(
        &t->people.store.log,
        "INSERT INTO session (id, token_sha256, account, created_at, last_seen_at,"
        " expires_at) VALUES ('%s', sha256('%s'), '%s', now(), now(), now() +"
        " interval '8 hours')",
        people_fixture_text(&t->people, id), people_fixture_text(&t->people, id),
        people_fixture_text(&t->people, account));
    return id;
}

static void town_start(struct town *t)
{
    struct fail why = {.code = ERR_OK};
    struct look_conf conf;

    memset(t, 0, sizeof *t);
    people_fixture_start(&t->people);
    t->school = people_fixture_school(&t->people, "学校", true);
    t->class = people_fixture_class(&t->people, t->school);
    t->child =
        people_fixture_add(&t->people, &(struct people_fixture_person){.role = ROLE_STUDENT,
                                                                       .school = t->school,
                                                                       .grade = "7",
                                                                       .family = "青",
                                                                       .given = "空",
                                                                       .display = "そら",
                                                                       .login = "sora-1"});
    people_fixture_enrol(&t->people, t->class, t->child);
    t->session = session_of(t, t->child);
    T_EQ(mbox_create(sizeof(struct look_news *), 64, &t->news, NULL), ERR_OK, "news");
    T_EQ(facts_read(t->people.store.db, NULL, clock_utc_us(), &t->facts, &why), ERR_OK,
         why.text);
    conf = (struct look_conf){.services = &t->people.store.services,
                              .db = store_fixture_conf(&t->people.store, "ibasho_app"),
                              .stmts = features_stmts,
                              .told = told,
                              .arg = t->news};
    T_EQ(look_open(&conf, t->facts, &t->look, &why), ERR_OK, why.text);
    if (t->look == NULL)
        abort();
}

static void town_stop(struct town *t)
{
    struct look_news *news;

    look_close(&t->look);
    while (mbox_take(t->news, &news, 1, 0) == 1)
        look_news_free(&news);
    mbox_destroy(&t->news);
    facts_unref(&t->facts);
    people_fixture_stop(&t->people);
}

/* What is told next; NULL: nothing within the time. */
static struct look_news *next(struct town *t, int wait_ms)
{
    struct look_news *news = NULL;

    return mbox_take(t->news, &news, 1, wait_ms) == 1 ? news : NULL;
}

static struct place_pass *pass_of(struct town *t, enum role role, struct id account,
                                  struct id session)
{
    struct caller caller = people_fixture_caller(role, account, t->school);
    struct place_pass *pass = NULL;
    struct fail why = {.code = ERR_OK};

    caller.session = session;
    T_EQ(place_pass_make(&t->people.store.services, t->people.store.db, &caller, clock_utc_us(),
                         &pass, &why),
         ERR_OK, why.text);
    if (pass == NULL)
        abort();
    return pass;
}

static struct look_watched watched_of(const struct place_pass *pass)
{
    return (struct look_watched){.account = pass->caller.account,
                                 .session = pass->caller.session,
                                 .role = pass->caller.role,
                                 .mark = pass->mark};
}

static const char *text_of(struct town *t, struct id id)
{
    return people_fixture_text(&t->people, id);
}

T_CASE(look_tells_new_facts_by_poke_and_by_itself_AI_4_3_イ_エ_2)
{
    static const char rule[] =
        "INSERT INTO floor_rule (id, n, floor, subject_kind, verdict, at, role) SELECT"
        " gen_random_uuid(), coalesce(max(n), 0) + 1, 'plaza', 'everyone', 'deny', now(), 'x'"
        " FROM floor_rule";
    struct town town, *t = &town;
    struct look_news *news;
    struct place_pass *pass;

    T_REQ("AI-4.3-イ-エ-2 AI-2.3-ア");
    town_start(t);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    T_OK(next(t, PLACE_LOOK_MS + 500) == NULL, "nothing changed: nothing is told");
    audit_fixture_sql(&t->people.store.log, "%s", rule);
    look_poke(t->look);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->facts != NULL, "new facts");
    if (news != NULL && news->facts != NULL) {
        T_OK(!facts_access(news->facts, pass, SPAN("plaza"), clock_utc_us()).may,
             "the new rule");
        T_OK(facts_floor(news->facts, SPAN("plaza"))->ground ==
                 facts_floor(t->facts, SPAN("plaza"))->ground,
             "the floors are shared with the facts before");
    }
    look_news_free(&news);
    audit_fixture_sql(&t->people.store.log, "%s", rule);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->facts != NULL, "without a poke too");
    look_news_free(&news);
    place_pass_free(pass);
    audit_fixture_sql(&t->people.store.log, "DELETE FROM floor_rule"); /* they have no leaf */
    town_stop(t);
}

T_CASE(look_tells_whose_session_or_account_is_no_longer_good_AI_2_3_ア)
{
    static const struct {
        const char *what, *sql;
        enum look_gone_why why;
    } rows[] = {
        {"signed out", "UPDATE session SET closed_at = now() WHERE account =", LOOK_SIGNED_OUT},
        {"over its time",
         "UPDATE session SET expires_at = now() WHERE account =", LOOK_SIGNED_OUT},
        {"idle", "UPDATE session SET last_seen_at = now() - interval '1 day' WHERE account =",
         LOOK_IDLE},
        {"suspended", "UPDATE account SET state = 'suspended' WHERE id =", LOOK_ENDED},
        {"past its end", "UPDATE account SET ends_at = now() WHERE id =", LOOK_ENDED},
        {"erased", "DELETE FROM person WHERE id =", LOOK_ENDED},
        {"another role", "UPDATE account SET role = 'guardian' WHERE id =", LOOK_ROLE},
    };

    T_REQ("AI-2.3-ア");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct town town, *t = &town;
        struct look_news *news;
        struct place_pass *pass;
        struct look_watched watched;

        town_start(t);
        pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
        watched = watched_of(pass);
        look_watch(t->look, &watched, 1);
        look_poke(t->look);
        T_OK(next(t, 300) == NULL, "all is well");
        audit_fixture_sql(&t->people.store.log, "%s '%s'", rows[i].sql, text_of(t, t->child));
        look_poke(t->look);
        news = next(t, WAIT_MS);
        T_OK(news != NULL && news->n_gone == 1 && id_eq(news->gone[0].session, t->session),
             rows[i].what);
        if (news != NULL && news->n_gone == 1)
            T_EQ(news->gone[0].why, rows[i].why, rows[i].what);
        look_news_free(&news);
        look_poke(t->look);
        T_OK(next(t, 300) == NULL, "told once");
        place_pass_free(pass);
        town_stop(t);
    }
}

T_CASE(look_acts_on_the_floor_are_use_of_the_session)
{
    struct town town, *t = &town;
    struct place_pass *pass;
    struct look_watched watched;

    town_start(t);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    watched = watched_of(pass);
    watched.active_utc_us = clock_utc_us();
    audit_fixture_sql(&t->people.store.log,
                      "UPDATE session SET last_seen_at = now() - interval '1 day'");
    look_watch(t->look, &watched, 1);
    look_poke(t->look);
    T_OK(next(t, 1000) == NULL, "not idle");
    T_EQ(store_fixture_i64(&t->people.store, "SELECT count(*) FROM session WHERE last_seen_at >"
                                             " now() - interval '1 minute'"),
         1, "and noted, as a request would be");
    place_pass_free(pass);
    town_stop(t);
}

T_CASE(look_tells_a_new_pass_when_class_or_school_or_name_changed)
{
    struct town town, *t = &town;
    struct id other_class, other_school;
    struct look_news *news;
    struct place_pass *pass;
    struct look_watched watched;

    T_REQ("AI-2.3-ア");
    town_start(t);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    watched = watched_of(pass);
    /* Between the pass and the first look: seen all the same. */
    other_class = people_fixture_class(&t->people, t->school);
    people_fixture_enrol(&t->people, other_class, t->child);
    look_watch(t->look, &watched, 1);
    look_poke(t->look);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->n_changed == 1 && news->n_gone == 0, "changed");
    if (news != NULL && news->n_changed == 1) {
        T_EQ(news->changed[0]->n_classes, 2, "both classes");
        T_OK(news->changed[0]->mark != pass->mark, "under a new mark");
        watched.mark = news->changed[0]->mark;
    }
    look_news_free(&news);
    look_poke(t->look);
    T_OK(next(t, 300) == NULL, "told once");
    look_watch(t->look, &watched, 1);
    other_school = people_fixture_school(&t->people, "別の学校", true);
    audit_fixture_sql(&t->people.store.log, "UPDATE person SET school = '%s', grade = '8'",
                      text_of(t, other_school));
    look_poke(t->look);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->n_changed == 1 &&
             id_eq(news->changed[0]->caller.school, other_school),
         "the new school");
    T_TEXT(news == NULL || news->n_changed == 0 ? "" : news->changed[0]->grade, "8",
           "and grade");
    look_news_free(&news);
    place_pass_free(pass);
    town_stop(t);
}

T_CASE(look_keeps_the_last_facts_when_the_database_is_away)
{
    struct town town, *t = &town;
    struct look_news *news;

    town_start(t);
    look_poke(t->look);
    T_OK(next(t, 300) == NULL, "it sees");
    audit_fixture_sql(&t->people.store.log, "ALTER TABLE floor_rule RENAME TO away");
    look_poke(t->look);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->is_blind && news->facts == NULL && news->n_gone == 0,
         "it says that it is blind, and takes nothing away");
    look_news_free(&news);
    look_poke(t->look);
    T_OK(next(t, 300) == NULL, "once");
    audit_fixture_sql(&t->people.store.log, "ALTER TABLE away RENAME TO floor_rule");
    look_poke(t->look);
    news = next(t, WAIT_MS);
    T_OK(news != NULL && !news->is_blind, "and that it sees again");
    look_news_free(&news);
    audit_fixture_sql(&t->people.store.log,
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename ="
                      " 'ibasho_app'");
    /* It may notice the cut in a look, or open anew before it matters. */
    while ((news = next(t, PLACE_LOOK_MS + 500)) != NULL)
        look_news_free(&news);
    audit_fixture_sql(&t->people.store.log,
                      "INSERT INTO floor_plan (id, n, floor, when_full, is_hidden, at, role)"
                      " VALUES (gen_random_uuid(), 1, 'plaza', 'copy', false, now(), 'x')");
    news = next(t, WAIT_MS);
    T_OK(news != NULL && news->facts != NULL, "is opened again");
    look_news_free(&news);
    audit_fixture_sql(&t->people.store.log, "DELETE FROM floor_plan");
    town_stop(t);
}

/* ---- passes ---- */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return visit_store_add(tx, arg, why);
}

static void visit(struct town *t, int64_t days_ago)
{
    struct visit_event_row row = {.id = id_new(),
                                  .visit = id_new(),
                                  .at_utc_us = clock_utc_us() - days_ago * DAY_US,
                                  .account = t->child,
                                  .kind = VISIT_ENTRY,
                                  .floor = SPAN("plaza"),
                                  .copy = 1};

    T_EQ(writer_wait(t->people.store.log.writer, add_run, &row, NULL), ERR_OK, "visit");
}

T_CASE(pass_says_who_somebody_is_and_marks_first_and_long_absent_AI_2_3_カ)
{
    struct town town, *t = &town;
    struct place_pass *pass;
    char hex[33];

    T_REQ("AI-2.3-カ");
    town_start(t);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    T_TEXT(pass->look.name, "そら", "the name he chose");
    T_TEXT(pass->look.login, "sora-1", "his ID, for staff");
    T_OK(!pass->look.is_staff && !pass->look.may_see_ids, "no staff");
    T_OK(pass->look.is_first && pass->look.days_absent == 0, "never here before");
    T_TEXT(pass->grade, "7", "grade");
    T_OK(pass->n_classes == 1 && id_eq(pass->classes[0], t->class), "class");
    for (int i = 0; i < 16; i++)
        snprintf(hex + (size_t)2 * (size_t)i, 3, "%02x", t->class.b[i]);
    T_TEXT(pass->look.groups[0], hex, "as a group of floor files");
    T_OK(id_eq(pass->caller.school, t->school), "school");
    place_pass_free(pass);
    visit(t, 0);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    T_OK(pass->look.is_first, "all of his first day");
    place_pass_free(pass);
    visit(t, 40);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    T_OK(!pass->look.is_first, "here before");
    T_EQ(pass->look.days_absent, 40, "forty days ago");
    place_pass_free(pass);
    visit(t, 3);
    pass = pass_of(t, ROLE_STUDENT, t->child, t->session);
    T_EQ(pass->look.days_absent, 0, "three days are no absence");
    place_pass_free(pass);
    town_stop(t);
}

T_CASE(pass_veils_the_account_for_aliases)
{
    struct town town, *t = &town;
    struct place_pass *first, *again, *of_other;
    struct id other;

    T_REQ("SE-4.1-イ-3");
    town_start(t);
    other = people_fixture_add(&t->people, &(struct people_fixture_person){.role = ROLE_STUDENT,
                                                                           .school = t->school,
                                                                           .grade = "7",
                                                                           .family = "赤",
                                                                           .given = "陸",
                                                                           .display = "りく",
                                                                           .login = "riku-1"});
    first = pass_of(t, ROLE_STUDENT, t->child, t->session);
    again = pass_of(t, ROLE_STUDENT, t->child, t->session);
    of_other = pass_of(t, ROLE_STUDENT, other, session_of(t, other));
    T_OK(!id_is_none(first->look.veil) && !id_eq(first->look.veil, t->child),
         "not what others may know");
    T_OK(id_eq(first->look.veil, again->look.veil), "the same whenever he comes");
    T_OK(!id_eq(first->look.veil, of_other->look.veil), "nobody else's");
    place_pass_free(first);
    place_pass_free(again);
    place_pass_free(of_other);
    town_stop(t);
}

T_CASE(pass_is_for_those_who_may_be_signed_in)
{
    struct town town, *t = &town;
    struct caller caller;
    struct place_pass *pass = NULL;

    town_start(t);
    caller = people_fixture_caller(ROLE_SUPPORTER, t->child, t->school);
    T_EQ(place_pass_make(&t->people.store.services, t->people.store.db, &caller, clock_utc_us(),
                         &pass, NULL),
         ERR_NOT_FOUND, "not in a role he does not have");
    audit_fixture_sql(&t->people.store.log, "UPDATE account SET state = 'suspended'");
    caller.role = ROLE_STUDENT;
    T_EQ(place_pass_make(&t->people.store.services, t->people.store.db, &caller, clock_utc_us(),
                         &pass, NULL),
         ERR_NOT_FOUND, "suspended");
    T_OK(pass == NULL, "none");
    town_stop(t);
}
