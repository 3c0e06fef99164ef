/* What comes out of the logs against what was sealed into them: every row once and in order,
 * over pages and days, masked and as written, hidden ones too, by person and floor; texts of
 * somebody who was erased; words found as they are folded. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/io/csv.h"
#include "node/io/unzip.h"
#include "reporting/log_write.h"
#include "tests/integration/logs_fixture.h"
#include "tests/t.h"

#define FROM INT64_C(1780272000000000) /* 2026-06-01T00:00:00Z, 09:00 in Japan */

struct taken {
    struct log_text bytes;
};
static enum err take(void *arg, struct span bytes, struct fail *why)
{
    struct taken *taken = arg;

    return log_text_add(&taken->bytes, bytes) ? ERR_OK
                                              : fail_set(why, ERR_NOMEM, "what went out");
}

/* The file of that name in an export. */
static struct span file_of(struct logs_fixture *f, const struct log_export_row *row,
                           const char *name, uint64_t n_rows)
{
    static const struct unzip_caps caps = {8, 64 << 20, 64 << 20, 1000, NULL};
    struct taken taken = {{NULL, 0, 0}};
    struct arena *arena = f->people.store.arena;
    struct log_counts counts;
    struct unzip zip;
    struct span found = SPAN_NONE;

    T_EQ(logs_fixture_run(f, row, "", take, &taken, &counts, NULL), ERR_OK, "exported");
    T_EQ(counts.n_rows, n_rows, "rows counted");
    T_EQ(unzip_read(span_of(taken.bytes.p, taken.bytes.len), &caps, arena, &zip, NULL), ERR_OK,
         "a ZIP");
    T_EQ(zip.n_troubles, 0, "without defects");
    for (size_t i = 0; i < zip.n_files; i++)
        if (strcmp(zip.files[i].name, name) == 0)
            found = zip.files[i].bytes;
    log_text_fini(&taken.bytes);
    return found;
}

static bool has(struct span text, const char *part)
{
    return text.len > 0 && memmem(text.p, text.len, part, strlen(part)) != NULL;
}

static size_t n_lines(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.p[i] == '\n';
    return n;
}

static struct id say(struct logs_fixture *f, struct logs_fixture_line line)
{
    line.id = id_new();
    logs_fixture_say(f, &line);
    return line.id;
}

static void decide(struct logs_fixture *f, struct id line, int n, const char *act)
{
    audit_fixture_sql(&f->people.store.log,
                      "INSERT INTO chat_decision (id, n, at, line, act, role) VALUES"
                      " (gen_random_uuid(), %d, now(), '%s', '%s', 'supporter')",
                      n, people_fixture_text(&f->people, line), act);
}

/* Six lines: an open one, a masked one, one of a talk, one held, one released, one hidden. */
static void six(struct logs_fixture *f)
{
    struct id held, released, hidden;

    say(f, (struct logs_fixture_line){
               .at_utc_us = FROM, .author = 0, .to = -1, .text = "おはよう"});
    say(f, (struct logs_fixture_line){.at_utc_us = FROM + 1,
                                      .author = 1,
                                      .to = -1,
                                      .text = "この ばか",
                                      .shown = "この ＊＊",
                                      .categories = 2});
    say(f, (struct logs_fixture_line){.at_utc_us = FROM + 2,
                                      .author = 0,
                                      .to = 1,
                                      .text = "ふたりの話",
                                      .floor = "study"});
    held = say(f, (struct logs_fixture_line){.at_utc_us = FROM + 3,
                                             .author = 1,
                                             .to = -1,
                                             .text = "でんわして",
                                             .was_held = true});
    released = say(f, (struct logs_fixture_line){.at_utc_us = FROM + 4,
                                                 .author = 1,
                                                 .to = -1,
                                                 .text = "でんわのおもちゃ",
                                                 .was_held = true});
    hidden = say(f, (struct logs_fixture_line){
                        .at_utc_us = FROM + 5, .author = 2, .to = -1, .text = "=かくれた"});
    logs_fixture_settle(f);
    decide(f, held, 1, "keep");
    decide(f, released, 2, "release");
    decide(f, hidden, 3, "hide");
}

static void tidy(struct logs_fixture *f)
{
    audit_fixture_sql(&f->people.store.log, "TRUNCATE chat_decision");
    logs_fixture_stop(f);
}

T_CASE(logs_chat_says_what_was_written_and_what_was_seen)
{
    T_REQ("AI-2.5-イ");
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_BIT(LOG_CHAT), FROM, FROM + SECOND_US);
    struct span json;

    logs_fixture_start(&f, 3);
    six(&f);
    row.format = LOG_JSON;
    json = file_of(&f, &row, "chat.ndjson", 6);
    T_EQ(n_lines(json), 6, "each line once");
    T_OK(has(json, "\"at\":\"2026-06-01T09:00:00+09:00\",\"channel\":\"floor\""),
         "when, where");
    T_OK(has(json, "\"shown\":\"おはよう\",\"text\":\"おはよう\""), "an open line");
    T_OK(has(json, "\"shown\":\"この ＊＊\",\"text\":\"この ばか\""), "masked and as written");
    T_OK(has(json, "\"to_display_name\":\"子ども1\",\"to_login\":\"kid.1\""),
         "a talk's partner");
    T_OK(has(json, "\"shown\":\"\",\"text\":\"でんわして\""), "kept back: in the log, unseen");
    T_OK(has(json, "\"shown\":\"でんわのおもちゃ\",\"text\":\"でんわのおもちゃ\""), "released");
    T_OK(has(json, "\"shown\":\"\",\"text\":\"=かくれた\""), "hidden ones stay");
    T_OK(has(json, "\"login\":\"kid.0\""), "by whom");
    row.format = LOG_CSV;
    T_OK(has(file_of(&f, &row, "chat.csv", 6), "\"'=かくれた\""), "in a table: no formula");
    row.account = f.accounts[1];
    T_EQ(n_lines(file_of(&f, &row, "chat.csv", 4)), 5, "said by him, and to him");
    row.account = ID_NONE;
    row.floor = SPAN("study");
    T_EQ(n_lines(file_of(&f, &row, "chat.csv", 1)), 2, "of one floor");
    tidy(&f);
}

T_CASE(logs_chat_for_guests_shows_what_they_could_have_seen)
{
    T_REQ("SE-4.1-イ-3");
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_BIT(LOG_CHAT), FROM, FROM + SECOND_US);
    struct span csv;

    logs_fixture_start(&f, 3);
    six(&f);
    row.is_for_guests = true;
    csv = file_of(&f, &row, "chat.csv", 6);
    T_OK(has(csv, "この ＊＊") && !has(csv, "ばか"), "as others read it");
    T_OK(!has(csv, "でんわして") && !has(csv, "かくれた"),
         "nothing that was kept back or hidden");
    T_OK(!has(csv, "kid.") && !has(csv, "子ども"), "no ID, no name");
    T_OK(!has(csv, people_fixture_text(&f.people, f.accounts[0])), "no account");
    T_OK(has(csv, "参加者1") && has(csv, "参加者2"), "numbers");
    tidy(&f);
}

T_CASE(logs_for_an_auditor_name_nobody)
{
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_BIT(LOG_CHAT), FROM, FROM + SECOND_US);
    struct span csv;

    logs_fixture_start(&f, 3);
    six(&f);
    f.role = ROLE_AUDITOR;
    csv = file_of(&f, &row, "chat.csv", 6);
    T_OK(!has(csv, "kid.") && !has(csv, "子ども"), "no ID, no name");
    T_OK(has(csv, people_fixture_text(&f.people, f.accounts[0])), "the account's id alone");
    f.role = ROLE_CONTRACTOR;
    csv = file_of(&f, &row, "chat.csv", 6);
    T_OK(has(csv, "kid.0") && has(csv, "子ども0"), "the contractor sees who it was");
    tidy(&f);
}

T_CASE(logs_of_somebody_erased_keep_their_time_alone)
{
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_BIT(LOG_CHAT), FROM, FROM + SECOND_US);
    struct taken taken = {{NULL, 0, 0}};
    struct log_counts counts;
    struct span csv;

    logs_fixture_start(&f, 3);
    six(&f);
    T_EQ(keyring_destroy_subject(f.people.store.services.keyring, KEY_PERSON, f.accounts[1],
                                 NULL),
         ERR_OK, "his key is destroyed");
    csv = file_of(&f, &row, "chat.csv", 6);
    T_OK(has(csv, "（本人の鍵とともに消去済み）") && !has(csv, "ばか"), "no text of his");
    row.act = LOG_ACT_SEARCH;
    T_EQ(logs_fixture_run(&f, &row, "ばか", take, &taken, &counts, NULL), ERR_OK, "searched");
    T_EQ(counts.n_rows, 0, "nor is it found");
    log_text_fini(&taken.bytes);
    tidy(&f);
}

T_CASE(logs_pages_lose_and_double_nothing)
{
    T_REQ("AI-2.7-イ");
    /* More than two pages, many of one instant. */
    const struct logs_fixture_days days = {FROM, 2, 3000, 5000, 700};
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_KINDS_MOST, FROM, FROM + 2 * DAY_US);

    logs_fixture_start(&f, 7);
    logs_fixture_fill(&f, &days);
    audit_fixture_sql(&f.people.store.log,
                      "UPDATE visit_event SET at = date_trunc('hour', at); UPDATE chat_line SET"
                      " at = date_trunc('hour', at)");
    T_EQ(n_lines(file_of(&f, &row, "chat.csv", 18800)), 6001, "every line");
    T_EQ(n_lines(file_of(&f, &row, "entry.csv", 18800)), 10001, "every visit");
    T_EQ(n_lines(file_of(&f, &row, "reaction.csv", 18800)), 1401, "every reaction");
    T_EQ(n_lines(file_of(&f, &row, "voice.csv", 18800)), 1401, "every microphone");
    row.kinds = LOG_BIT(LOG_ENTRY);
    row.from_utc_us = FROM + HOUR_US;
    row.until_utc_us = FROM + 2 * HOUR_US;
    T_EQ(n_lines(file_of(&f, &row, "entry.csv", 500)), 501,
         "from its first instant to before its last");
    logs_fixture_stop(&f);
}

T_CASE(logs_search_finds_what_is_folded_alike)
{
    T_REQ("AI-2.4-エ");
    static const struct {
        const char *words;
        uint64_t want;
    } rows[] = {
        {"ペンギン", 6},           {"ぺんぎん", 6}, {"ﾍﾟﾝｷﾞﾝ", 6},   {"ペンギン　水族館", 6},
        {"水族館 ペンギン 犬", 0}, {"ナイナイ", 0}, {"ｗｗｗ", 750},
    };
    const struct logs_fixture_days days = {FROM, 3, 2000, 0, 0};
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT), FROM, FROM + 3 * DAY_US);

    logs_fixture_start(&f, 5);
    logs_fixture_fill(&f, &days);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct taken taken = {{NULL, 0, 0}};
        struct log_counts counts;
        struct span text;

        T_EQ(logs_fixture_run(&f, &row, rows[i].words, take, &taken, &counts, NULL), ERR_OK,
             rows[i].words);
        T_EQ(counts.n_rows, rows[i].want, rows[i].words);
        T_EQ(counts.n_seen, 6000, "every line was looked into");
        text = span_of(taken.bytes.p, taken.bytes.len);
        T_EQ(n_lines(text), rows[i].want + 4, "lines found, three days seen, an end");
        T_OK(has(text, "{\"end\":{\"n_seen\":6000"), "it says so");
        log_text_fini(&taken.bytes);
    }
    row.account = f.accounts[0];
    {
        struct taken taken = {{NULL, 0, 0}};
        struct log_counts counts;

        T_EQ(logs_fixture_run(&f, &row, "ｗ", take, &taken, &counts, NULL), ERR_OK, "of one");
        T_OK(counts.n_rows > 0 && counts.n_seen < 6000, "his lines and those to him alone");
        log_text_fini(&taken.bytes);
    }
    logs_fixture_stop(&f);
}

/* Newest first, whatever thread found it. */
T_CASE(logs_search_gives_the_newest_first)
{
    const struct logs_fixture_days days = {FROM, 12, 500, 0, 0};
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT), FROM, FROM + 12 * DAY_US);
    struct taken taken = {{NULL, 0, 0}};
    struct log_counts counts;
    char last[20] = "9999";
    size_t n = 0;

    logs_fixture_start(&f, 5);
    logs_fixture_fill(&f, &days);
    T_EQ(logs_fixture_run(&f, &row, "マイクラ", take, &taken, &counts, NULL), ERR_OK, "found");
    for (size_t at = 0; at < taken.bytes.len;) {
        struct span line = span_from(span_of(taken.bytes.p, taken.bytes.len), at);
        const uint8_t *end = memchr(line.p, '\n', line.len);

        line.len = end == NULL ? line.len : (size_t)(end - line.p);
        at += line.len + 1;
        if (!span_has_prefix(line, SPAN("{\"line\":{\"at\":\"")))
            continue;
        T_OK(memcmp(line.p + 15, last, 19) <= 0, "no newer one behind it");
        memcpy(last, line.p + 15, 19);
        n++;
    }
    T_EQ(n, 750, "all of them");
    log_text_fini(&taken.bytes);
    logs_fixture_stop(&f);
}

T_CASE(logs_search_ends_with_the_most_it_gives_out)
{
    const struct logs_fixture_days days = {FROM, 4, 6000, 0, 0};
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT), FROM, FROM + 4 * DAY_US);
    struct taken taken = {{NULL, 0, 0}};
    struct log_counts counts;
    struct span text;

    logs_fixture_start(&f, 5);
    logs_fixture_fill(&f, &days);
    T_EQ(logs_fixture_run(&f, &row, "た", take, &taken, &counts, NULL), ERR_OK, "searched");
    text = span_of(taken.bytes.p, taken.bytes.len);
    T_EQ(counts.n_rows, LOGS_HITS_MOST, "no more");
    T_OK(has(text, "\"n_hits\":5000,\"is_cut\":true"), "and it says that there were more");
    log_text_fini(&taken.bytes);
    logs_fixture_stop(&f);
}

static enum err refuse(void *arg, struct span bytes, struct fail *why)
{
    size_t *left = arg;

    if (*left < bytes.len)
        return fail_set(why, ERR_UNAVAILABLE, "nobody reads any more");
    *left -= bytes.len;
    return ERR_OK;
}

T_CASE(logs_end_when_nobody_takes_what_comes)
{
    const struct logs_fixture_days days = {FROM, 3, 3000, 3000, 0};
    struct logs_fixture f;
    struct log_export_row row =
        logs_fixture_row(LOG_ACT_EXPORT, LOG_KINDS_MOST, FROM, FROM + 3 * DAY_US);
    struct log_counts counts;
    size_t left = 100;

    logs_fixture_start(&f, 5);
    logs_fixture_fill(&f, &days);
    T_EQ(logs_fixture_run(&f, &row, "", refuse, &left, &counts, NULL), ERR_UNAVAILABLE,
         "the export");
    row.act = LOG_ACT_SEARCH;
    left = 100;
    T_EQ(logs_fixture_run(&f, &row, "た", refuse, &left, &counts, NULL), ERR_UNAVAILABLE,
         "the search, on all its threads");
    logs_fixture_stop(&f);
}
