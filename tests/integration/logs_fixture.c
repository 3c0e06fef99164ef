#include "tests/integration/logs_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/db/seal.h"
#include "node/features.h"

#define BATCH 500

static const struct stmt say = {
    "logs_fixture_say",
    "INSERT INTO chat_line (id, at, account, role, visit, channel, floor, copy, room, session,"
    " is_anonymous, talk, to_account, heard, name_sealed, text_sealed, masked_sealed, kinds,"
    " categories, was_held) VALUES ($1::uuid, $2::timestamptz, $3::uuid, 'student',"
    " '01890000-0000-7000-8000-000000000001', $4::text, $5::text, 1, NULL, NULL, false,"
    " $6::uuid, $7::uuid, NULL, $8::bytea, $9::bytea, $10::bytea, 0, $11::integer,"
    " $12::boolean)"};
static const struct stmt *const fixture_stmts[] = {&say};
static const struct stmt_table tables[] = {{fixture_stmts, 1}, {NULL, 0}};

static void must(enum err rc, const struct fail *why, const char *what)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_code(rc), why->text);
    abort();
}

void logs_fixture_start(struct logs_fixture *f, size_t n_accounts)
{
    struct fail why = {.code = ERR_OK};
    struct db_conf conf;

    *f = (struct logs_fixture){.n_accounts = n_accounts, .role = ROLE_COMMISSIONER};
    people_fixture_start(&f->people);
    f->accounts = calloc(n_accounts, sizeof *f->accounts);
    f->keys = calloc(n_accounts, sizeof *f->keys);
    for (size_t i = 0; i < n_accounts; i++) {
        char display[32], login[32];
        const struct people_fixture_person p = {.role = ROLE_STUDENT,
                                                .family = "山田",
                                                .given = "花子",
                                                .family_kana = "やまだ",
                                                .given_kana = "はなこ",
                                                .display = display,
                                                .login = login};

        snprintf(display, sizeof display, "子ども%zu", i);
        snprintf(login, sizeof login, "kid.%zu", i);
        f->accounts[i] = people_fixture_add(&f->people, &p);
        must(keyring_need_key(f->people.store.services.keyring, KEY_PERSON, f->accounts[i],
                              NULL, &f->keys[i], &why),
             &why, "key");
    }
    conf = store_fixture_conf(&f->people.store, "ibasho_app");
    must(db_open(&conf, tables, &f->db, &why), &why, "connection");
    must(db_exec(f->db, "BEGIN", &why), &why, "BEGIN");
}

void logs_fixture_stop(struct logs_fixture *f)
{
    db_close(&f->db);
    if (!f->has_leaves) /* the log would not verify with them */
        audit_fixture_sql(&f->people.store.log,
                          "TRUNCATE chat_line, visit_event, reaction_event, voice_event");
    free(f->accounts);
    free(f->keys);
    people_fixture_stop(&f->people);
}

void logs_fixture_settle(struct logs_fixture *f)
{
    struct fail why = {.code = ERR_OK};

    must(db_settle(f->db, &why), &why, "lines");
    must(db_exec(f->db, "COMMIT", &why), &why, "COMMIT");
    must(db_exec(f->db, "BEGIN", &why), &why, "BEGIN");
}

static struct span sealed(struct logs_fixture *f, const struct logs_fixture_line *line,
                          const char *column, const char *text)
{
    const struct seal_place place = {"chat_line", column, line->id};
    struct fail why = {.code = ERR_OK};
    struct span out;

    if (text == NULL)
        return SPAN_NONE;
    must(seal(f->people.store.services.keyring, f->keys[line->author], &place, span_text(text),
              f->people.store.arena, &out, &why),
         &why, "seal");
    return out;
}

void logs_fixture_say(struct logs_fixture *f, const struct logs_fixture_line *line)
{
    static const struct id talk = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10}};
    static int n_sent;
    bool is_talk = line->to >= 0;
    struct fail why = {.code = ERR_OK};
    struct span shown = sealed(f, line, "masked_sealed", line->shown);
    char name[32];
    struct db_args args;

    snprintf(name, sizeof name, "子ども%zu", line->author);
    db_args_init(&args);
    db_arg_id(&args, line->id);
    db_arg_time(&args, line->at_utc_us);
    db_arg_id(&args, f->accounts[line->author]);
    db_arg_text(&args, is_talk ? SPAN("talk") : SPAN("floor"));
    db_arg_text(&args, line->floor == NULL ? SPAN("commons") : span_text(line->floor));
    db_arg_id(&args, is_talk ? talk : ID_NONE);
    db_arg_id(&args, is_talk ? f->accounts[line->to] : ID_NONE);
    db_arg_bytes(&args, sealed(f, line, "name_sealed", name));
    db_arg_bytes(&args, sealed(f, line, "text_sealed", line->text));
    if (shown.len > 0)
        db_arg_bytes(&args, shown);
    else
        db_arg_null(&args);
    db_arg_i32(&args, (int32_t)line->categories);
    db_arg_bool(&args, line->was_held);
    must(db_send(f->db, &say, &args, &why), &why, "line");
    arena_reset(f->people.store.arena);
    if (++n_sent % BATCH == 0)
        must(db_settle(f->db, &why), &why, "lines");
}

static void fill_lines(struct logs_fixture *f, const struct logs_fixture_days *days)
{
    static const char *const texts[] = {"おはよう",
                                        "今日は何してた？",
                                        "マイクラのつづきやりたいな",
                                        "さっきの問題、むずかしかった…",
                                        "ｗｗｗ それな",
                                        "お昼ごはん食べたらまた来るね",
                                        "犬のさんぽに行ってきます！",
                                        "きのう読んだ本がすごくおもしろかった"};
    long n_said = 0;

    for (int day = 0; day < days->n_days; day++)
        for (int i = 0; i < days->n_lines; i++, n_said++) {
            struct logs_fixture_line line = {
                .at_utc_us = days->from_utc_us + day * DAY_US +
                             10 * HOUR_US / days->n_lines * (int64_t)i,
                .author = (size_t)n_said % f->n_accounts,
                .to = n_said % 10 == 7 ? (n_said + 1) % (long)f->n_accounts : -1,
                .text = n_said % 1000 == 999 ? "水族館でペンギンを見たよ" : texts[n_said % 8]};

            line.id = id_new();
            logs_fixture_say(f, &line);
        }
    logs_fixture_settle(f);
}

static void fill_rows(struct logs_fixture *f, const struct logs_fixture_days *days,
                      const char *insert, int n_a_day)
{
    if (n_a_day == 0)
        return;
    audit_fixture_sql(
        &f->people.store.log,
        "%s FROM generate_series(0, %d) d, generate_series(0, %d) i, LATERAL (SELECT"
        " to_timestamp(%lld) + d * interval '1 day' + i * interval '10 hours' / %d AS at) t,"
        " LATERAL (SELECT a.id FROM account a ORDER BY a.id OFFSET i %% %zu LIMIT 1) a",
        insert, days->n_days - 1, n_a_day - 1, (long long)(days->from_utc_us / 1000000),
        n_a_day, f->n_accounts);
}

void logs_fixture_fill(struct logs_fixture *f, const struct logs_fixture_days *days)
{
    fill_lines(f, days);
    fill_rows(f, days,
              "INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, reason,"
              " is_trial) SELECT gen_random_uuid(), gen_random_uuid(), t.at, a.id, CASE WHEN i"
              " % 2 = 0 THEN 'entry' ELSE 'exit' END, 'commons', 1, CASE WHEN i % 2 = 0 THEN ''"
              " ELSE 'left' END, false",
              days->n_visits);
    fill_rows(f, days,
              "INSERT INTO reaction_event (id, at, account, visit, floor, copy, kind) SELECT"
              " gen_random_uuid(), t.at, a.id, gen_random_uuid(), 'commons', 1, 'clap'",
              days->n_reactions);
    fill_rows(f, days,
              "INSERT INTO voice_event (id, at, account, visit, floor, copy, kind, way, by,"
              " reason) SELECT gen_random_uuid(), t.at, a.id, gen_random_uuid(), 'commons', 1,"
              " 'on', 'zone', 'self', 'tap'",
              days->n_reactions);
    audit_fixture_sql(&f->people.store.log,
                      "VACUUM (ANALYZE) chat_line, visit_event, reaction_event,"
                      " voice_event");
}

struct log_export_row logs_fixture_row(enum log_act act, unsigned kinds, int64_t from_utc_us,
                                       int64_t until_utc_us)
{
    return (struct log_export_row){.id = id_new(),
                                   .act = act,
                                   .kinds = kinds,
                                   .from_utc_us = from_utc_us,
                                   .until_utc_us = until_utc_us};
}

static bool is_never_over(void *arg)
{
    (void)arg;
    return false;
}

enum err logs_fixture_run(struct logs_fixture *f, const struct log_export_row *row,
                          const char *words,
                          enum err (*sink)(void *arg, struct span bytes, struct fail *why),
                          void *arg, struct log_counts *counts_out, struct fail *why)
{
    const struct log_run run = {.services = &f->people.store.services,
                                .db = store_fixture_conf(&f->people.store, "ibasho_app"),
                                .stmts = features_stmts,
                                .row = row,
                                .words = span_text(words),
                                .caller = {.role = f->role},
                                .now_utc_us = clock_utc_us(),
                                .sink = sink,
                                .arg = arg,
                                .is_over = is_never_over};

    return row->act == LOG_ACT_SEARCH ? log_run_search(&run, counts_out, why)
                                      : log_run_export(&run, counts_out, why);
}
