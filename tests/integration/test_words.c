/* Safe words on a real store: lists changed, imported, undone; in force at once; names and
 * notes refused: AI-2.6-ウ, KP-3-安全-1. */
#include <string.h>

#include "tenants/words/words_now.h"
#include "tenants/words/words_refuse.h"
#include "tenants/words/words_store.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

struct town {
    struct people_fixture people;
    struct words_desk *desk;
    struct caller board;
};

static void town_start(struct town *t)
{
    memset(t, 0, sizeof *t);
    people_fixture_start(&t->people);
    T_EQ(words_open(t->people.store.db, &t->desk, NULL), ERR_OK, "lists");
    t->people.store.services.words = t->desk;
    t->board = people_fixture_caller(ROLE_COMMISSIONER, id_new(), ID_NONE);
}

/* The fixture verifies every leaf on its way out. */
static void town_stop(struct town *t)
{
    people_fixture_stop(&t->people);
    words_close(&t->desk);
}

static struct req *ask(struct town *t, const char *route, const char *query, const char *body)
{
    return people_fixture_ask(&t->people, route, &t->board, ID_NONE, ID_NONE, query, body);
}

static struct req *act(struct town *t, const char *route, struct id id, const char *more)
{
    return ask(t, route, NULL,
               arena_printf(t->people.store.arena, "{\"id\":\"%s\",%s}",
                            people_fixture_text(&t->people, id), more));
}

static struct span masked(struct town *t, const char *text)
{
    struct words *words = words_now(t->desk);
    struct words_verdict verdict;

    T_EQ(words_look(words, WORDS_SURFACE_CHAT, span_text(text), t->people.store.arena, &verdict,
                    NULL),
         ERR_OK, text);
    words_unref(&words);
    return verdict.masked;
}

static int64_t rows(struct town *t)
{
    return store_fixture_i64(&t->people.store, "SELECT count(*) FROM word_rule");
}

T_CASE(words_own_and_allowed_hold_at_once_AI_2_6_ウ)
{
    struct town t;
    struct id first = id_new();
    struct words *before;
    struct req *req;

    T_REQ("AI-2.6-ウ AI-4.4-カ-ハ-1a");
    town_start(&t);
    T_SPAN(masked(&t, "きょうはモジョコだ"), SPAN("きょうはモジョコだ"), "nobody's word");
    before = words_now(t.desk);
    req = act(&t, "words.change", first,
              "\"list\":\"own\",\"add\":[\"もじょこ\"],\"reason\":\"はやっている悪口\"");
    T_EQ(req->reply.status, 200, "added");
    T_SPAN(masked(&t, "きょうはモジョコだ"), SPAN("きょうは＊＊＊＊だ"),
           "in force with the answer");
    T_SPAN(masked(&t, "も★じょ★こ"), SPAN("＊＊＊＊＊＊"), "in every spelling");
    words_unref(&before); /* whoever had it could go on with it */
    T_EQ(
        act(&t, "words.change", first, "\"list\":\"own\",\"add\":[\"もじょこ\"]")->reply.status,
        200, "sent again");
    T_EQ(rows(&t), 1, "and not done again");
    T_EQ(act(&t, "words.change", id_new(), "\"list\":\"own\",\"add\":[\"もじょこ\"]")
             ->reply.status,
         422, "nothing changes");
    T_SPAN(masked(&t, "うんこ"), SPAN("＊＊＊"), "of the base list");
    T_EQ(act(&t, "words.change", id_new(), "\"list\":\"allowed\",\"add\":[\"うんこ\"]")
             ->reply.status,
         200, "allowed");
    T_SPAN(masked(&t, "うんこ"), SPAN("うんこ"), "what the municipality allows");
    req = act(&t, "words.undo", id_new(),
              arena_printf(t.people.store.arena, "\"act\":\"%s\"",
                           people_fixture_text(&t.people, first)));
    T_EQ(req->reply.status, 200, "undone");
    T_SPAN(masked(&t, "モジョコ"), SPAN("モジョコ"), "at once");
    req = act(&t, "words.undo", id_new(),
              arena_printf(t.people.store.arena, "\"act\":\"%s\"",
                           people_fixture_text(&t.people, id_new())));
    T_EQ(req->reply.status, 404, "nothing to undo");
    req = act(&t, "words.change", id_new(),
              "\"list\":\"own\",\"add\":[\"もじょこ\"],\"expected_version\":1");
    T_EQ(req->reply.status, 409, "decided meanwhile");
    req = ask(&t, "words.history", NULL, NULL);
    T_OK(route_fixture_has(req, "\"reason\":\"はやっている悪口\""), "why");
    T_EQ(store_fixture_i64(&t.people.store,
                           "SELECT count(*) FROM word_rule WHERE reason_sealed IS NOT NULL AND"
                           " position(convert_to('悪口', 'UTF8') IN reason_sealed) = 0"),
         1, "which no database can read");
    T_EQ(rows(&t), 3, "three acts");
    town_stop(&t);
}

T_CASE(words_import_names_every_bad_line)
{
    struct town t;
    struct req *req;

    town_start(&t);
    req = act(&t, "words.import", id_new(),
              "\"list\":\"own\",\"text\":\"# 悪口\\nほげたろう\\n\\nあ\\n★★\\nば○か\\n12345\"");
    T_EQ(req->reply.status, 422, "four bad lines");
    T_OK(route_fixture_has(req, "4行目「あ」"), "too short");
    T_OK(route_fixture_has(req, "5行目「★★」"), "signs");
    T_OK(route_fixture_has(req, "6行目「ば○か」"), "a hidden letter");
    T_OK(route_fixture_has(req, "7行目「12345」"), "a number");
    T_OK(!route_fixture_has(req, "ほげたろう"), "the good line is none of them");
    T_EQ(rows(&t), 0, "nothing of it was taken");
    req = act(&t, "words.import", id_new(),
              "\"list\":\"own\",\"text\":\"# 悪口\\nほげたろう\\r\\n  ほげじろう  \\n\"");
    T_EQ(req->reply.status, 200, "two words");
    T_SPAN(masked(&t, "ホゲ ジロウ"), SPAN("＊＊＊＊＊＊"), "in force");
    req = act(&t, "words.import", id_new(), "\"list\":\"own\",\"text\":\"# none\"");
    T_EQ(req->reply.status, 422, "no word");
    town_stop(&t);
}

T_CASE(words_tried_say_what_and_why)
{
    struct town t;
    struct req *req;

    town_start(&t);
    req = ask(&t, "words.try", NULL, "{\"text\":\"ばかといった\"}");
    T_OK(route_fixture_has(req, "\"masked\":\"＊＊といった\""), "masked");
    T_OK(route_fixture_has(req, "\"category\":\"insult\""), "why");
    req = ask(&t, "words.try", NULL, "{\"text\":\"090-0123-4567だよ\"}");
    T_OK(route_fixture_has(req, "\"is_held\":true"), "held");
    req = ask(&t, "words.try", NULL, "{\"text\":\"もう死にたい\"}");
    T_OK(route_fixture_has(req, "\"is_crisis\":true"), "told at once");
    req = ask(&t, "words.base", "category=insult", NULL);
    T_OK(route_fixture_has(req, "馬鹿"), "the base list");
    req = ask(&t, "words.base", "category=own", NULL);
    T_EQ(req->reply.status, 422, "no base category");
    town_stop(&t);
}

T_CASE(words_lists_are_read_again_after_a_restart)
{
    struct town t;

    town_start(&t);
    T_EQ(act(&t, "words.change", id_new(),
             "\"list\":\"own\",\"add\":[\"もじょこ\",\"ほげたろう\"]")
             ->reply.status,
         200, "added");
    T_EQ(act(&t, "words.change", id_new(), "\"list\":\"own\",\"remove\":[\"ほげたろう\"]")
             ->reply.status,
         200, "removed");
    words_close(&t.desk);
    T_EQ(words_open(t.people.store.db, &t.desk, NULL), ERR_OK, "again");
    t.people.store.services.words = t.desk;
    T_SPAN(masked(&t, "もじょことほげたろう"), SPAN("＊＊＊＊とほげたろう"), "what held");
    town_stop(&t);
}

T_CASE(words_refuse_names_with_the_part_masked_KP_3_安全_1)
{
    static const struct {
        const char *text, *rule, *says;
    } texts[] = {
        {"うんこマン", "words", "＊＊＊"},
        {"LINE交換しよ", "contact", "＊"},
        {"しにたい", "crisis", "スタッフに話してください"},
    };
    struct town t;

    T_REQ("KP-3-安全-1");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(texts); i++) {
        struct jx_defects defects = {0};

        T_EQ(words_refuse(t.desk, WORDS_SURFACE_NAME, span_text(texts[i].text), "/name",
                          "なまえ", t.people.store.arena, &defects, NULL),
             ERR_OK, texts[i].text);
        T_EQ(defects.n, 1, texts[i].text);
        if (defects.n == 1) {
            T_TEXT(defects.at[0].rule, texts[i].rule, texts[i].text);
            T_OK(memmem(defects.at[0].text_ja.p, defects.at[0].text_ja.len, texts[i].says,
                        strlen(texts[i].says)) != NULL,
                 texts[i].text);
            T_OK(memmem(defects.at[0].text_ja.p, defects.at[0].text_ja.len, texts[i].text,
                        strlen(texts[i].text)) == NULL,
                 "never the text as it was");
        }
    }
    town_stop(&t);
}
