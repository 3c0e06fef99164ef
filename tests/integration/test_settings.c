/* The settings store on a real database: HI-3.3-9 (changed on screen, history, undo). */
#include <stdatomic.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/features.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

static const struct setting minutes = {.name = "t.minutes",
                                       .type = SETTING_INT,
                                       .least = 5,
                                       .most = 240,
                                       .unit = "分",
                                       .initial = "30",
                                       .title_ja = "分",
                                       .roles = ROLE_BIT(ROLE_COMMISSIONER)};
static const struct setting greeting = {.name = "t.greeting",
                                        .type = SETTING_TEXT,
                                        .most = 20,
                                        .unit = "",
                                        .initial = "こんにちは",
                                        .title_ja = "あいさつ",
                                        .roles = ROLE_BIT(ROLE_COMMISSIONER)};
static const struct setting is_open = {.name = "t.is_open",
                                       .type = SETTING_BOOL,
                                       .unit = "",
                                       .initial = "false",
                                       .title_ja = "開く",
                                       .roles = ROLE_BIT(ROLE_COMMISSIONER)};
static const struct setting *const rows[] = {&minutes, &greeting, &is_open};
static const struct setting_table tables[] = {{rows, 3}, {NULL, 0}};

static struct setting_change change_of(const struct setting *row, const char *value)
{
    return (struct setting_change){.row = row,
                                   .id = id_new(),
                                   .has_value = value != NULL,
                                   .value = span_text(value),
                                   .expected_version = -1,
                                   .now_utc_us = clock_utc_us(),
                                   .role = ROLE_COMMISSIONER,
                                   .account = id_new()};
}

static enum err set(struct store_fixture *f, const struct setting *row, const char *value,
                    int64_t from_utc_us)
{
    struct setting_change c = change_of(row, value);

    c.effective_from_utc_us = from_utc_us;
    return settings_change_wait(f->services.settings, f->log.writer, &c, NULL);
}

static enum err undo(struct store_fixture *f, const struct setting *row, int32_t version)
{
    struct setting_change c = change_of(row, NULL);

    c.undoes = version;
    return settings_undo_wait(f->services.settings, f->log.writer, &c, NULL);
}

static int64_t now_minutes(struct store_fixture *f)
{
    return settings_int(f->services.settings, &minutes);
}

T_CASE(setting_is_its_default_until_changed)
{
    struct store_fixture f;
    struct setting_state state;

    T_REQ("HI-3.3-9");
    store_fixture_start(&f, tables);
    T_EQ(now_minutes(&f), 30, "default");
    T_EQ(settings_bool(f.services.settings, &is_open), false, "default of a yes or no");
    T_SPAN(settings_text(f.services.settings, &greeting), SPAN("こんにちは"), "default text");
    settings_peek(f.services.settings, &minutes, clock_utc_us(), &state);
    T_OK(state.is_default && state.version == 0 && !state.has_pending, "nothing was decided");
    T_EQ(set(&f, &minutes, "45", 0), ERR_OK, "change");
    T_EQ(now_minutes(&f), 45, "at once");
    T_EQ(set(&f, &is_open, "true", 0), ERR_OK, "another setting");
    T_EQ(settings_bool(f.services.settings, &is_open), true, "at once");
    T_EQ(set(&f, &minutes, NULL, 0), ERR_OK, "back to the default");
    settings_peek(f.services.settings, &minutes, clock_utc_us(), &state);
    T_OK(state.is_default && state.version == 2, "the default by decision");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 3, "one row a decision");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM audit_leaf WHERE kind = 'setting'"), 3,
         "one leaf a row");
    store_fixture_stop(&f);
}

T_CASE(setting_planned_for_later_comes_into_force_by_itself)
{
    struct store_fixture f;
    struct setting_state state;
    int64_t later = clock_utc_us() + 2 * DAY_US;

    store_fixture_start(&f, tables);
    T_EQ(set(&f, &minutes, "60", later), ERR_OK, "plan");
    T_EQ(now_minutes(&f), 30, "not yet");
    settings_peek(f.services.settings, &minutes, clock_utc_us(), &state);
    T_OK(state.has_pending && state.is_default, "the plan shows");
    T_SPAN(state.pending_value, SPAN("60"), "its value");
    T_EQ(state.pending_utc_us, later, "its time");
    T_EQ(set(&f, &minutes, "20", 0), ERR_OK, "a change for the meantime");
    T_EQ(now_minutes(&f), 20, "in force");
    clock_test_shift(0, 2 * DAY_US + 1000000);
    T_EQ(now_minutes(&f), 60, "the plan still arrives, without anything being called");
    clock_test_shift(0, 0);
    T_EQ(set(&f, &minutes, "25", later), ERR_OK, "another plan for the same moment");
    settings_peek(f.services.settings, &minutes, later, &state);
    T_SPAN(state.value, SPAN("25"), "the later decision wins");
    T_EQ(set(&f, &minutes, "99", clock_utc_us() - DAY_US), ERR_OK, "a time that is past");
    T_EQ(now_minutes(&f), 99, "means at once");
    store_fixture_stop(&f);
}

T_CASE(setting_undo_goes_back_step_by_step_and_forth_again)
{
    struct store_fixture f;

    T_REQ("HI-3.3-9");
    store_fixture_start(&f, tables);
    T_EQ(undo(&f, &minutes, 0), ERR_NOT_FOUND, "nothing to undo");
    T_EQ(set(&f, &minutes, "10", 0), ERR_OK, "version 1");
    T_EQ(set(&f, &minutes, "20", 0), ERR_OK, "version 2");
    T_EQ(set(&f, &minutes, "40", 0), ERR_OK, "version 3");
    T_EQ(undo(&f, &minutes, 0), ERR_OK, "version 4 undoes the latest");
    T_EQ(now_minutes(&f), 20, "the value before");
    T_EQ(undo(&f, &minutes, 2), ERR_OK, "version 5 undoes version 2");
    T_EQ(now_minutes(&f), 10, "one further back");
    T_EQ(undo(&f, &minutes, 1), ERR_OK, "version 6 undoes version 1");
    T_EQ(now_minutes(&f), 30, "the default again");
    T_EQ(undo(&f, &minutes, 1), ERR_CONFLICT, "undone already");
    T_EQ(undo(&f, &minutes, 4), ERR_OK, "version 7 undoes the first undo");
    T_EQ(now_minutes(&f), 40, "version 3 is back, in force over the two still undone");
    T_EQ(undo(&f, &minutes, 0), ERR_OK, "version 8 undoes that");
    T_EQ(now_minutes(&f), 30, "away again");
    T_EQ(undo(&f, &minutes, 0), ERR_OK, "version 9 undoes the undo of the undo");
    T_EQ(now_minutes(&f), 40, "and back");
    T_EQ(undo(&f, &minutes, 99), ERR_NOT_FOUND, "no such version");
    T_EQ(undo(&f, &minutes, -1), ERR_NOT_FOUND, "no such version either");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 9, "nothing was ever deleted");
    store_fixture_stop(&f);
}

T_CASE(setting_undo_of_a_plan_leaves_todays_change_alone)
{
    struct store_fixture f;
    struct setting_state state;
    int64_t later = clock_utc_us() + 2 * DAY_US;

    store_fixture_start(&f, tables);
    T_EQ(set(&f, &minutes, "60", later), ERR_OK, "version 1, a plan");
    T_EQ(undo(&f, &minutes, 1), ERR_OK, "taken back");
    T_EQ(set(&f, &minutes, "20", 0), ERR_OK, "a change for today");
    settings_peek(f.services.settings, &minutes, clock_utc_us(), &state);
    T_OK(!state.has_pending, "nothing is planned");
    clock_test_shift(0, 3 * DAY_US);
    T_EQ(now_minutes(&f), 20, "also then");
    clock_test_shift(0, 0);
    T_EQ(undo(&f, &minutes, 2), ERR_OK, "the plan is on again");
    T_EQ(now_minutes(&f), 20, "not yet");
    clock_test_shift(0, 3 * DAY_US);
    T_EQ(now_minutes(&f), 60, "then");
    clock_test_shift(0, 0);
    store_fixture_stop(&f);
}

T_CASE(setting_history_says_who_what_when)
{
    struct store_fixture f;
    struct setting_past *past = NULL;
    struct setting_change c = change_of(&minutes, "45");
    size_t n = 0;

    store_fixture_start(&f, tables);
    T_EQ(settings_change_wait(f.services.settings, f.log.writer, &c, NULL), ERR_OK, "change");
    T_EQ(c.version, 1, "its version");
    T_EQ(undo(&f, &minutes, 1), ERR_OK, "undo");
    T_EQ(set(&f, &minutes, "50", 0), ERR_OK, "again");
    T_EQ(settings_history(f.db, &minutes, INT32_MAX, 10, f.arena, &past, &n, NULL), ERR_OK,
         "history");
    T_EQ(n, 3, "three decisions");
    if (n == 3) {
        T_EQ(past[0].version, 3, "newest first");
        T_OK(past[0].has_value && !past[0].had_value, "from the default to 50");
        T_EQ(past[1].undoes, 1, "an undo names what it undoes");
        T_OK(!past[1].has_value && past[1].had_value, "from 45 to the default");
        T_SPAN(past[1].value_before, SPAN("45"), "the value before");
        T_SPAN(past[2].value, SPAN("45"), "the value");
        T_OK(id_eq(past[2].id, c.id) && id_eq(past[2].account, c.account), "by whom");
        T_EQ(past[2].role, ROLE_COMMISSIONER, "in which role");
        T_EQ(past[2].decided_utc_us, c.now_utc_us, "when");
        T_EQ(past[2].effective_from_utc_us, c.now_utc_us, "since when");
    }
    T_EQ(settings_history(f.db, &minutes, 3, 1, f.arena, &past, &n, NULL), ERR_OK, "a page");
    T_OK(n == 1 && past[0].version == 2, "the next page begins below");
    store_fixture_stop(&f);
}

T_CASE(setting_change_repeated_by_its_id_adds_nothing)
{
    struct store_fixture f;
    struct setting_change c = change_of(&minutes, "45"), other = change_of(&greeting, "やあ");

    store_fixture_start(&f, tables);
    T_EQ(settings_change_wait(f.services.settings, f.log.writer, &c, NULL), ERR_OK, "first");
    T_EQ(set(&f, &minutes, "50", 0), ERR_OK, "meanwhile another");
    c.version = 0;
    T_EQ(settings_change_wait(f.services.settings, f.log.writer, &c, NULL), ERR_OK, "retry");
    T_EQ(c.version, 1, "the retry finds its row");
    T_EQ(now_minutes(&f), 50, "and changes nothing");
    c.expected_version = 0;
    T_EQ(settings_change_wait(f.services.settings, f.log.writer, &c, NULL), ERR_OK,
         "also with the version it expected then");
    other.id = c.id;
    T_EQ(settings_change_wait(f.services.settings, f.log.writer, &other, NULL), ERR_CONFLICT,
         "an id of another setting's decision");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 2, "rows");
    store_fixture_stop(&f);
}

struct racer {
    struct store_fixture *f;
    struct setting_change change;
    atomic_int outcome; /* -1 while on its way */
};

static enum err racer_run(struct tx *tx, void *arg, struct fail *why)
{
    return settings_tx_change(tx, &((struct racer *)arg)->change, why);
}

static void racer_done(void *arg, enum err rc, const struct fail *why)
{
    struct racer *r = arg;

    (void)why;
    settings_settle(r->f->services.settings, r->f->log.writer, &r->change, rc);
    atomic_store(&r->outcome, (int)rc);
}

/* Both saw version 0; both are in the writer's queue at once. */
T_CASE(setting_changed_by_two_at_once_takes_the_first)
{
    static const char *const values[] = {"45", "50"};
    struct store_fixture f;
    struct racer racers[2];
    int64_t until = clock_mono_us() + 10000000;

    store_fixture_start(&f, tables);
    for (int i = 0; i < 2; i++) {
        struct writer_op op = {racer_run, racer_done, &racers[i]};

        racers[i].f = &f;
        racers[i].change = change_of(&minutes, values[i]);
        racers[i].change.expected_version = 0;
        atomic_store(&racers[i].outcome, -1);
        T_EQ(writer_post(f.log.writer, &op, NULL), ERR_OK, "post");
    }
    while ((atomic_load(&racers[0].outcome) < 0 || atomic_load(&racers[1].outcome) < 0) &&
           clock_mono_us() < until)
        ;
    T_EQ(atomic_load(&racers[0].outcome), ERR_OK, "the first");
    T_EQ(atomic_load(&racers[1].outcome), ERR_CONFLICT, "the second is told");
    T_EQ(now_minutes(&f), 45, "the first one's value");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 1, "one row");
    store_fixture_stop(&f);
}

T_CASE(settings_are_read_again_at_start_and_after_another_program_wrote)
{
    struct store_fixture f;
    struct settings *second = NULL;
    int64_t until = clock_mono_us() + 10000000;

    store_fixture_start(&f, tables);
    T_EQ(set(&f, &minutes, "45", 0), ERR_OK, "version 1");
    T_EQ(set(&f, &minutes, "50", clock_utc_us() + DAY_US), ERR_OK, "version 2, planned");
    T_EQ(undo(&f, &minutes, 1), ERR_OK, "version 3");
    T_EQ(settings_open(tables, f.db, &second, NULL), ERR_OK, "as a program that starts");
    T_EQ(settings_int(second, &minutes), 30, "what is in force");
    T_EQ(set(&f, &minutes, "70", 0), ERR_OK, "the other one changes it");
    T_EQ(settings_int(second, &minutes), 30, "which this one has not seen");
    T_EQ(settings_refresh(second, f.log.writer, NULL), ERR_OK, "refresh");
    while (settings_int(second, &minutes) != 70 && clock_mono_us() < until)
        ;
    T_EQ(settings_int(second, &minutes), 70, "seen");
    clock_test_shift(0, 2 * DAY_US);
    T_EQ(settings_int(second, &minutes), 50, "with its plans");
    clock_test_shift(0, 0);
    writer_stop(&f.log.writer);
    settings_close(&second);
    audit_fixture_close(&f.log);
    audit_fixture_open(&f.log);
    store_fixture_stop(&f);
}

T_CASE(settings_that_could_not_be_read_again_are_read_when_they_are_asked_for)
{
    struct store_fixture f;
    struct settings *second = NULL;
    struct writer_stats before, after;
    int64_t until = clock_mono_us() + 20000000;

    store_fixture_start(&f, tables);
    T_EQ(settings_open(tables, f.db, &second, NULL), ERR_OK, "as a program that starts");
    T_EQ(set(&f, &minutes, "70", 0), ERR_OK, "the other one changes it");
    audit_fixture_sql(&f.log, "REVOKE SELECT ON setting FROM ibasho_app");
    writer_stats_read(f.log.writer, &before);
    T_EQ(settings_refresh(second, f.log.writer, NULL), ERR_OK, "posted");
    do
        writer_stats_read(f.log.writer, &after);
    while (after.n_failed == before.n_failed && clock_mono_us() < until);
    T_EQ(after.n_failed, before.n_failed + 1, "and failed");
    audit_fixture_sql(&f.log, "GRANT SELECT ON setting TO ibasho_app");
    T_EQ(settings_int(second, &minutes), 30, "what it knew before");
    while (settings_int(second, &minutes) != 70 && clock_mono_us() < until)
        ;
    T_EQ(settings_int(second, &minutes), 70, "what the database says");
    writer_stop(&f.log.writer);
    settings_close(&second);
    audit_fixture_close(&f.log);
    audit_fixture_open(&f.log);
    store_fixture_stop(&f);
}

/* A release narrowed the range, or a superuser wrote nonsense: the node goes on by its default.
 */
T_CASE(setting_stored_outside_its_range_gives_way_to_the_default)
{
    static const struct setting narrow = {.name = "t.minutes",
                                          .type = SETTING_INT,
                                          .least = 5,
                                          .most = 40,
                                          .unit = "分",
                                          .initial = "35",
                                          .title_ja = "分"};
    static const struct setting *const narrow_rows[] = {&narrow};
    static const struct setting_table narrow_tables[] = {{narrow_rows, 1}, {NULL, 0}};
    struct settings *second = NULL;
    struct store_fixture f;

    store_fixture_start(&f, tables);
    T_EQ(set(&f, &minutes, "240", 0), ERR_OK, "in the wide range");
    T_EQ(settings_open(narrow_tables, f.db, &second, NULL), ERR_OK, "the next release");
    T_EQ(settings_int(second, &narrow), 35, "its default");
    settings_close(&second);
    store_fixture_stop(&f);
}

T_CASE(settings_rows_cannot_be_changed_by_the_application)
{
    static const char *const tries[] = {"UPDATE setting SET value = '5'", "DELETE FROM setting",
                                        "TRUNCATE setting"};
    struct store_fixture f;

    store_fixture_start(&f, tables);
    T_EQ(set(&f, &minutes, "45", 0), ERR_OK, "change");
    for (size_t i = 0; i < T_COUNT(tries); i++)
        T_OK(db_exec(f.db, tries[i], NULL) != ERR_OK, tries[i]);
    store_fixture_stop(&f);
}

T_CASE(settings_are_found_by_name_and_listed_in_order)
{
    struct store_fixture f;

    store_fixture_start(&f, tables);
    T_OK(settings_find(f.services.settings, SPAN("t.greeting")) == &greeting, "by name");
    T_OK(settings_find(f.services.settings, SPAN("t.nothing")) == NULL, "no such name");
    T_EQ(settings_n(f.services.settings), 3, "all");
    T_OK(settings_at(f.services.settings, 0) == &greeting &&
             settings_at(f.services.settings, 2) == &minutes,
         "by name");
    store_fixture_stop(&f);
}
