/* The index of names on real rows: folded, sorted, in pages, forgotten, under threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/erase.h"
#include "node/features.h"
#include "tenants/people/account_step_store.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_rows.h"
#include "tests/integration/cast_fixture.h"
#include "tests/t.h"

/* ---- the index of names ---- */

static struct id child(struct cast *t, const char *family, const char *given,
                       const char *family_kana, const char *given_kana, const char *login)
{
    const struct people_fixture_person p = {ROLE_STUDENT, NULL,  t->school[0], "J3",
                                            family,       given, family_kana,  given_kana,
                                            login,        login};

    return people_fixture_add(&t->people, &p);
}

T_CASE(people_search_folds_and_sorts_as_japanese_does)
{
    static const struct {
        const char *q;
        long want;
    } rows[] = {
        {"やまだ", 3}, /* hiragana, katakana, half-width */
        {"ヤマダ", 3},
        {"ﾔﾏﾀﾞ", 3},
        {"やまた", 1}, /* another name */
        {"がっこう", 2},
        {"がつこう", 2}, /* small kana as large */
        {"さーばー", 1},
        {"さあばあ", 1},
        {"高橋", 2}, /* 髙 as 高 */
        {"髙橋", 2},
        {"葛\xf3\xa0\x84\x80城", 1}, /* with a variation selector */
        {"葛城", 1},
        {"崎", 1}, /* 﨑 */
        {"ＩＤ－ＺＺ－ＩＤＯ", 1},
        {"ID-zz-ito", 2},
        {"山田花子", 1}, /* family and given as one */
        {"山田 花", 1},
        {"はなこ", 1},
        {"い", 4},       /* one kana: where a name begins */
        {"かはしさ", 1}, /* inside */
        {"存在しない", 0},
    };
    struct cast t;
    struct people_query query = {.q = SPAN("id-zz"), .n_cap = 50};
    struct people_page page;
    struct rights_view view;
    struct people *people = NULL;
    static const char *const order[] = {"id-zz-ito",  "id-zz-ito2", "id-zz-ido",
                                        "id-zz-kako", "id-zz-gako", "id-zz-gako2"};

    T_REQ("KP-3-安全-2");
    people_fixture_start(&t.people);
    t.school[0] = people_fixture_school(&t.people, "中", true);
    t.id[COMMISSIONER] = people_fixture_add(&t.people, &cast_of[AUDITOR].person);
    child(&t, "山田", "花子", "やまだ", "はなこ", "id-a1");
    child(&t, "山田", "太郎", "ヤマダ", "タロウ", "id-a2");
    child(&t, "山田", "次郎", "ﾔﾏﾀﾞ", "ｼﾞﾛｳ", "id-a3");
    child(&t, "山田", "三郎", "やまた", "さぶろう", "id-a4");
    child(&t, "髙橋", "咲", "たかはし", "さき", "id-a5");
    child(&t, "高橋", "健", "たかはし", "けん", "id-a6");
    child(&t, "葛\xf3\xa0\x84\x80城", "結", "かつらぎ", "ゆい", "id-a7");
    child(&t, "山﨑", "凛", "やまさき", "りん", "id-a8");
    child(&t, "サ", "ア", "さーばー", "あ", "id-a9");
    child(&t, "甲", "乙", "がっこう", "い", "id-zz-gako");
    child(&t, "甲", "乙", "がつこう", "う", "id-zz-gako2");
    child(&t, "甲", "乙", "かっこう", "お", "id-zz-kako");
    child(&t, "伊藤", "甲", "いとう", "お", "id-zz-ito");
    child(&t, "伊藤", "乙", "イトウ", "く", "id-zz-ito2");
    child(&t, "井堂", "丙", "いどう", "え", "id-zz-ido");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(
            cast_total(people_fixture_ask(
                &t.people, "people.list",
                &(struct caller){.role = ROLE_COMMISSIONER, .account = t.id[COMMISSIONER]},
                ID_NONE, ID_NONE, arena_printf(t.people.store.arena, "q=%s", rows[i].q), NULL)),
            rows[i].want, rows[i].q);
    view = (struct rights_view){.caller = {.role = ROLE_COMMISSIONER, .account = {{9}}}};
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "a snapshot");
    T_EQ(people_search(people, &view, &query, t.people.store.arena, &page, NULL), ERR_OK,
         "all");
    T_EQ(page.n, T_COUNT(order), "of them");
    for (size_t i = 0; i < page.n && i < T_COUNT(order); i++)
        T_SPAN(page.at[i].entry->login, span_text(order[i]), "in the order of kana");
    people_unref(&people);
    people_fixture_stop(&t.people);
}

T_CASE(people_pages_go_on_where_the_last_ended)
{
    struct cast t;
    struct req *r;
    struct span next = SPAN("");
    size_t n_pages = 0, n_seen = 0;
    char q[64];

    people_fixture_start(&t.people);
    t.school[0] = people_fixture_school(&t.people, "中", true);
    for (int i = 0; i < 120; i++) {
        char login[16], kana[16];

        snprintf(login, sizeof login, "id-%03d", i);
        snprintf(kana, sizeof kana, "か%s", i % 2 ? "き" : "く");
        child(&t, "同", "名", kana, "な", login);
    }
    do {
        snprintf(q, sizeof q, next.len > 0 ? "after=%.*s" : "q=%.*s", SPAN_ARG(next));
        r = people_fixture_ask(&t.people, "people.list",
                               &(struct caller){.role = ROLE_COMMISSIONER, .account = {{9}}},
                               ID_NONE, ID_NONE, q, NULL);
        T_EQ(cast_total(r), 120, "the same count on each page");
        for (const uint8_t *at = r->reply.body.p; at != NULL; n_seen++) {
            size_t left = r->reply.body.len - (size_t)(at - r->reply.body.p);

            at = memmem(at, left, "\"login\":", 8);
            if (at == NULL)
                break;
            at += 8;
        }
        next = route_fixture_text(r, "next");
        n_pages++;
    } while (next.len > 0 && n_pages < 10);
    T_EQ(n_pages, 3, "50, 50, 20");
    T_EQ(n_seen, 120, "each once");
    people_fixture_stop(&t.people);
}

/* No mapping of this program's own is so large; the shadows of sanitizers are. */
#define SCAN_MOST_BYTES (256UL << 20)

/* How often these bytes stand in memory that may be written. */
static size_t n_in_memory(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "r"), *mem = fopen("/proc/self/mem", "r");
    static uint8_t page[1 << 20];
    char line[512];
    size_t n = 0, len = strlen(text);

    invariant(maps != NULL && mem != NULL, "maps");
    setvbuf(mem, NULL, _IONBF, 0); /* or what is read would lie in its buffer */
    while (fgets(line, sizeof line, maps) != NULL) {
        char *at_high = NULL, *at_mode = NULL;
        unsigned long low = strtoul(line, &at_high, 16);
        unsigned long high = strtoul(at_high + 1, &at_mode, 16);

        if (at_mode[2] != 'w' || high - low > SCAN_MOST_BYTES)
            continue;
        for (unsigned long at = low; at < high; at += sizeof page) {
            size_t want = high - at < sizeof page ? high - at : sizeof page;

            if (at <= (unsigned long)page && (unsigned long)page < at + want)
                continue; /* this very buffer */
            if (fseek(mem, (long)at, SEEK_SET) != 0 || fread(page, 1, want, mem) != want)
                continue;
            for (uint8_t *hit = page;
                 (hit = memmem(hit, want - (size_t)(hit - page), text, len)) != NULL;
                 hit += len)
                n++;
        }
    }
    fclose(maps);
    fclose(mem);
    return n;
}

T_CASE(people_names_leave_memory_with_lock_and_erasure)
{
    struct cast t;
    struct people *people = NULL;
    struct id gone;
    size_t n_before, n_open;
    size_t n_erased = 0;

    T_REQ("KP-3-安全-3");
    cast_start(&t);
    gone = child(&t, "消江田", "忘", "きえたなまえです", "わすれ", "id-kieru");
    n_before = n_in_memory("きえたなまえです");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "opened");
    T_OK(people_find(people, gone) != NULL, "there");
    people_unref(&people);
    n_open = n_in_memory("きえたなまえです");
    T_OK(n_open > n_before, "its name lies in memory");
    T_EQ(keyring_lock(t.people.store.services.keyring, NULL), ERR_OK, "locked");
    T_EQ(n_in_memory("きえたなまえです"), n_before, "and is gone at once");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_LOCKED, "no names");
    T_EQ(cast_list(&t, COMMISSIONER, NULL)->reply.status, 503, "the list says so");
    T_EQ(keyring_unlock(t.people.store.services.keyring, t.people.store.log.keyd.half, NULL),
         ERR_OK, "opened again");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "names again");
    people_unref(&people);
    T_EQ(erase_person(t.people.store.services.keyring, t.people.store.log.writer,
                      features_tables, gone, &n_erased, NULL),
         ERR_OK, "erased");
    T_EQ(n_in_memory("きえたなまえです"), n_before, "and is gone at once");
    T_EQ(cast_total(cast_list(&t, COMMISSIONER, "q=きえた")), 0, "found no more");
    T_EQ(cast_ask(&t, COMMISSIONER, "people.show", gone, NULL, NULL)->reply.status, 404,
         "nobody");
    T_EQ(cast_total(cast_list(&t, COMMISSIONER, NULL)), WHO_N, "the others are there");
    cast_stop(&t);
}

struct looker {
    struct cast *town;
    struct db *db;
    pthread_t thread;
    long n_good, n_refused;
};

static void *look_often(void *arg)
{
    struct looker *l = arg;
    struct cast *t = l->town;
    const struct caller staff = cast_caller(t, STAFF);
    struct arena *arena = NULL;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return NULL;
    for (int i = 0; i < 60; i++) {
        const struct people_query query = {.q = SPAN("あお"), .n_cap = 50};
        struct rights_view view;
        struct people *people = NULL;
        struct people_page page;
        bool good = rights_view_make(t->people.rights, l->db, &staff, clock_utc_us(), arena,
                                     &view, NULL) == ERR_OK &&
                    people_ref(t->people.index, l->db, &people, NULL) == ERR_OK &&
                    people_search(people, &view, &query, arena, &page, NULL) == ERR_OK;

        l->n_good += good && page.n_total == view.n_grants; /* the one child, or nobody */
        l->n_refused += !good;
        people_unref(&people);
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return NULL;
}

T_CASE(people_index_serves_threads_while_all_changes)
{
    struct cast t;
    struct db_conf conf;
    struct looker lookers[3] = {{.n_good = 0}};

    cast_start(&t);
    conf = store_fixture_conf(&t.people.store, "ibasho_app");
    for (size_t i = 0; i < T_COUNT(lookers); i++) {
        lookers[i].town = &t;
        T_EQ(db_open(&conf, features_stmts, &lookers[i].db, NULL), ERR_OK, "connection");
        T_EQ(pthread_create(&lookers[i].thread, NULL, look_often, &lookers[i]), 0, "thread");
    }
    for (int i = 0; i < 10; i++) {
        struct id right = people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER,
                                              t.school[0], ID_NONE, NULL);
        struct rights_decision end = {.grant = {.id = right, .account = t.id[STAFF]},
                                      .by_role = ROLE_COMMISSIONER,
                                      .now_utc_us = clock_utc_us()};

        audit_fixture_sql(&t.people.store.log, "UPDATE person SET grade = 'J3' WHERE id = '%s'",
                          people_fixture_text(&t.people, t.id[BEN]));
        people_index_drop(t.people.index);
        T_EQ(rights_end_wait(t.people.rights, &end, NULL), ERR_OK, "ended");
    }
    for (size_t i = 0; i < T_COUNT(lookers); i++) {
        pthread_join(lookers[i].thread, NULL);
        T_EQ(lookers[i].n_good, 60, "each look is whole: with the right or without");
        T_EQ(lookers[i].n_refused, 0, "none fails");
        db_close(&lookers[i].db);
    }
    cast_stop(&t);
}
