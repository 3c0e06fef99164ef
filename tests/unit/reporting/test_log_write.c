#include "reporting/log_write.h"

#include <stdlib.h>

#include "node/base/jx_scalar.h"
#include "node/io/unzip.h"
#include "node/place/react_kinds.h"
#include "tests/t.h"

struct taken {
    struct log_text bytes;
    struct arena *arena;
};
static enum err take(void *arg, struct span bytes, struct fail *why)
{
    struct taken *taken = arg;

    return log_text_add(&taken->bytes, bytes) ? ERR_OK : fail_set(why, ERR_NOMEM, "taken");
}

/* One reaction whose display name is that text; the file of that name, SPAN_NONE: none. */
static struct span file_of(struct taken *taken, const struct log_form *form, const char *shown,
                           const char *name)
{
    static const struct unzip_caps caps = {8, 1 << 20, 1 << 20, 1000, NULL};
    const struct log_source *source = &log_sources[LOG_REACTION];
    struct log_cells cells = {{{NULL, 0}}};
    struct log_writer *writer = NULL;
    struct unzip zip;
    struct span found = SPAN_NONE;

    taken->bytes.len = 0;
    cells.at[0] = SPAN("2026-06-01T10:00:00+09:00");
    cells.at[1] = SPAN("clap");
    cells.at[3] = SPAN("1");
    cells.at[7] = span_text(shown);
    cells.at[8] = SPAN("kid.1");
    T_EQ(log_writer_create(form, take, taken, &writer, NULL), ERR_OK, "a writer");
    T_EQ(log_writer_begin(writer, source, NULL), ERR_OK, "begun");
    T_EQ(log_writer_row(writer, &cells, NULL), ERR_OK, "a row");
    T_EQ(log_writer_begin(writer, &log_sources[LOG_VOICE], NULL), ERR_OK, "the next log");
    T_EQ(log_writer_finish(writer, SPAN("{}\n"), NULL), ERR_OK, "finished");
    T_EQ(log_writer_n_rows(writer, LOG_REACTION), 1, "counted");
    log_writer_destroy(&writer);
    T_EQ(unzip_read(span_of(taken->bytes.p, taken->bytes.len), &caps, taken->arena, &zip, NULL),
         ERR_OK, "a ZIP");
    T_EQ(zip.n_troubles, 0, "that any program reads");
    for (size_t i = 0; i < zip.n_files; i++)
        if (strcmp(zip.files[i].name, name) == 0)
            found = zip.files[i].bytes;
    return found;
}

static bool has(struct span text, const char *part)
{
    return text.len > 0 && memmem(text.p, text.len, part, strlen(part)) != NULL;
}

static struct taken start(void)
{
    struct taken taken = {{NULL, 0, 0}, NULL};

    T_EQ(arena_create(4096, &taken.arena, NULL), ERR_OK, "arena");
    return taken;
}

static void stop(struct taken *taken)
{
    log_text_fini(&taken->bytes);
    arena_destroy(&taken->arena);
}

T_CASE(log_write_neutralises_every_kind_of_formula)
{
    T_REQ("AI-2.7-イ");
    static const struct {
        const char *shown, *want;
    } rows[] = {
        {"=1+1", "\"'=1+1\""},   {"+81", "\"'+81\""},
        {"-1", "\"'-1\""},       {"@SUM(A1)", "\"'@SUM"},
        {"\tx", "\"'\tx\""},     {"\r=1", "\"' =1\""},
        {"＝１", "\"'＝１\""},   {"＋", "\"'＋\""},
        {"－", "\"'－\""},       {"＠", "\"'＠\""},
        {" =1", "\"' =1\""},     {"　＝1", "\"'　＝1\""},
        {"a=1", "\"a=1\""},      {"引用\"符", "\"引用\"\"符\""},
        {"改\n行", "\"改 行\""}, {"a,b", "\"a,b\""},
    };
    const struct log_form form = {.format = LOG_CSV};
    struct taken taken = start();

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_OK(has(file_of(&taken, &form, rows[i].shown, "reaction.csv"), rows[i].want),
             rows[i].shown);
    stop(&taken);
}

T_CASE(log_write_says_codes_as_words_in_tables_and_as_codes_in_json)
{
    struct log_form form = {.format = LOG_CSV, .has_bom = true};
    struct taken taken = start();
    struct span csv = file_of(&taken, &form, "はな", "reaction.csv");

    T_OK(span_has_prefix(csv, SPAN("\xEF\xBB\xBF\"日時\",\"リアクション\"")),
         "mark and header");
    T_OK(has(csv, "\"はくしゅ\""), "a word");
    T_OK(span_has_prefix(file_of(&taken, &form, "", "voice.csv"), SPAN("\xEF\xBB\xBF\"日時\"")),
         "each file has its mark");
    form = (struct log_form){.format = LOG_JSON};
    T_OK(has(file_of(&taken, &form, "は\"\\\n\x01", "reaction.ndjson"),
             "\"kind\":\"clap\",\"floor\":\"\",\"copy\":1,"),
         "a code, a bare number");
    T_OK(has(file_of(&taken, &form, "は\"\\\n\x01", "reaction.ndjson"),
             "\"display_name\":\"は\\\"\\\\\\u000a\\u0001\""),
         "escaped");
    T_SPAN(file_of(&taken, &form, "", "about.json"), SPAN("{}\n"), "and what it is about");
    stop(&taken);
}

T_CASE(log_write_leaves_ids_out_for_guests)
{
    T_REQ("SE-4.1-イ-3");
    struct log_form form = {.format = LOG_CSV, .is_for_guests = true};
    struct taken taken = start();
    struct span csv = file_of(&taken, &form, "参加者1", "reaction.csv");

    T_OK(has(csv, "参加者1") && !has(csv, "kid.1") && !has(csv, "アカウント"), "no ID");
    form.format = LOG_JSON;
    csv = file_of(&taken, &form, "参加者1", "reaction.ndjson");
    T_OK(has(csv, "参加者1") && !has(csv, "login") && !has(csv, "account"), "nor in JSON");
    stop(&taken);
}

T_CASE(log_write_lists_what_shift_jis_lacks)
{
    T_REQ("AI-2.7-イ");
    const struct log_form form = {.format = LOG_CSV, .charset = LOG_SJIS};
    struct taken taken = start();
    struct span csv = file_of(&taken, &form, "𠮷田ゔゔ", "reaction.csv");
    struct span list = file_of(&taken, &form, "𠮷田ゔゔ", "replaced.csv");

    T_OK(has(csv, "\x81\xac\x93\x63\x81\xac\x81\xac"), "〓 for each");
    T_OK(has(list, "\"ゔ\",\"U+3094\",\"〓\",\"2\"\r\n\"𠮷\",\"U+20BB7\",\"〓\",\"1\""),
         "listed");
    T_EQ(file_of(&taken, &form, "吉田", "replaced.csv").len, 0, "nothing replaced: no list");
    stop(&taken);
}

T_CASE(log_alias_is_another_in_every_session)
{
    T_REQ("SE-4.1-イ-3");
    struct log_aliases *aliases = NULL;
    struct id a = id_new(), b = id_new(), one = id_new(), two = id_new();
    int n_none = 0;

    T_EQ(log_aliases_create(&aliases, NULL), ERR_OK, "aliases");
    T_EQ(log_alias(aliases, a, one), 1, "in the order they appear");
    T_EQ(log_alias(aliases, b, one), 2, "another one");
    T_EQ(log_alias(aliases, a, one), 1, "the same");
    T_EQ(log_alias(aliases, a, two), 3, "another session: another number");
    T_EQ(log_alias(aliases, a, ID_NONE), 4, "outside of sessions too");
    for (int i = 0; i < 39996; i++)
        n_none += log_alias(aliases, id_new(), one) == 0;
    T_EQ(n_none, 0, "room for many");
    T_EQ(log_alias(aliases, id_new(), one), 0, "and an end");
    T_EQ(log_alias(aliases, b, one), 2, "who has one keeps it");
    log_aliases_destroy(&aliases);
}

T_CASE(log_word_ja_knows_its_codes_and_leaves_others)
{
    const struct log_column *kind = &log_sources[LOG_ENTRY].columns[1];

    T_SPAN(log_word_ja(kind, SPAN("lost")), SPAN("切断"), "a code");
    T_SPAN(log_word_ja(kind, SPAN("los")), SPAN("los"), "no part of one");
    T_SPAN(log_word_ja(kind, SPAN("")), SPAN(""), "nothing");
}

T_CASE(log_word_ja_has_a_word_for_every_reaction)
{
    T_REQ("AI-2.5-エ");
    const struct log_column *kind = &log_sources[LOG_REACTION].columns[1];

    for (int i = 0; i < REACT_KINDS_N; i++) {
        struct span code = jx_choice_at(REACT_KINDS, i), word = log_word_ja(kind, code);

        T_OK(word.len > 0 && !span_eq(word, code), "a word of its own");
    }
}
