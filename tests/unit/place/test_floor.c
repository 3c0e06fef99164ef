/* tests/floors: the samples that tests/unit/web/floor.ts holds the browser's reader against. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/wholefile.h"
#include "node/place/catalogue.h"
#include "node/place/floor_file.h"
#include "node/place/floor_name.h"
#include "tests/t.h"

static struct arena *arena;

static void begin(void)
{
    if (arena_create(65536, &arena, NULL) != ERR_OK)
        T_OK(false, "no memory");
}

static void read_all(const char *folder, size_t n_least)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    size_t n = 0;

    T_OK(dir != NULL, folder);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const struct floor *floor = NULL, *again = NULL;
        struct span text = SPAN_NONE;
        const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);

        if (strstr(entry->d_name, ".json") == NULL)
            continue;
        n++;
        T_EQ(floor_read_file(path, arena, &floor, NULL, NULL), ERR_OK, path);
        if (floor == NULL)
            continue;
        T_EQ(strlen(floor->hash), 64, "a hash of 64 digits");
        T_EQ(floor_write(floor, arena, &text, NULL), ERR_OK, "written");
        T_EQ(floor_read(text, arena, &again, NULL, NULL), ERR_OK, "what is written is read");
        T_TEXT(again == NULL ? "" : again->hash, floor->hash, "and is the same floor");
    }
    T_OK(n >= n_least, "as many files as there should be");
    if (dir != NULL)
        closedir(dir);
}

T_CASE(good_floors_are_read_and_written_back)
{
    T_REQ("AI-4.3-ア");
    begin();
    read_all("tests/floors/good", 4);
    arena_destroy(&arena);
}

T_CASE(the_five_ready_floors_keep_every_rule)
{
    T_REQ("AI-4.3-イ-ア-2 AI-4.3-イ-イ AI-4.3-イ-ウ");
    begin();
    read_all("node/place/floors", 5);
    arena_destroy(&arena);
}

static void bad_row(char *line)
{
    const char *name = strsep(&line, "\t"), *rule = strsep(&line, "\t");
    const char *want = strsep(&line, "\t");
    const char *path = arena_printf(arena, "tests/floors/bad/%s.json", name);
    const struct floor *floor;
    struct jx_defects defects;
    struct fail why = {0};

    T_EQ(floor_read_file(path, arena, &floor, &defects, &why), ERR_INVALID, name);
    T_OK(floor == NULL, "no floor");
    T_EQ(defects.n, 1, name);
    if (defects.n == 0)
        return;
    T_TEXT(defects.at[0].rule, rule, name);
    T_SPAN(defects.at[0].pointer, span_text(want), name);
    T_TEXT(why.field, want, "the first pointer is in why");
    T_OK(defects.at[0].text_ja.len > 0, "a sentence for a person");
}

T_CASE(each_bad_floor_breaks_its_one_rule)
{
    FILE *f = fopen("tests/floors/bad.tsv", "r");
    char *line = NULL;
    size_t cap = 0, n = 0;

    T_REQ("AI-2.3-エ AI-2.3-オ HI-4.3-2");
    begin();
    T_OK(f != NULL, "tests/floors/bad.tsv");
    while (f != NULL && getline(&line, &cap, f) > 0) {
        if (line[0] == '#')
            continue;
        n++;
        bad_row(line);
    }
    T_OK(n >= 40, "forty samples and more");
    free(line);
    if (f != NULL)
        fclose(f);
    arena_destroy(&arena);
}

T_CASE(what_is_no_json_is_no_floor)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"nothing", "", ERR_PROTO},
        {"cut", "{\"format\":1", ERR_PROTO},
        {"a key twice", "{\"format\":1,\"format\":1}", ERR_PROTO},
        {"a list", "[]", ERR_INVALID},
    };
    const struct floor *floor;

    begin();
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(floor_read(span_text(rows[i].text), arena, &floor, NULL, NULL), rows[i].want,
             rows[i].what);
    T_EQ(floor_read_file("tests/floors/none.json", arena, &floor, NULL, NULL), ERR_NOT_FOUND,
         "no such file");
    arena_destroy(&arena);
}

T_CASE(the_hash_is_of_the_content)
{
    const struct floor *a = NULL, *b = NULL;
    uint8_t bytes[JX_MAX_BYTES];
    size_t len = 0;
    uint8_t *at;

    begin();
    T_EQ(wholefile_read("tests/floors/good/base.json", bytes, sizeof bytes, &len, NULL), ERR_OK,
         "base");
    T_EQ(floor_read(span_of(bytes, len), arena, &a, NULL, NULL), ERR_OK, "as it is");
    T_EQ(floor_read(span_of(bytes, len - 1), arena, &b, NULL, NULL), ERR_OK, "no line end");
    if (a == NULL || b == NULL) {
        arena_destroy(&arena);
        return;
    }
    T_TEXT(a->hash, b->hash, "the layout of the file does not count");
    at = memmem(bytes, len, "\"version\": 1", 12);
    T_OK(at != NULL, "a version");
    if (at != NULL)
        at[11] = '2';
    T_EQ(floor_read(span_of(bytes, len), arena, &b, NULL, NULL), ERR_OK, "version 2");
    T_OK(b != NULL && strcmp(a->hash, b->hash) != 0, "the version does");
    arena_destroy(&arena);
}

T_CASE(names_are_split_into_what_is_seen_and_what_is_read)
{
    static const struct {
        const char *ja, *seen, *read;
    } rows[] = {
        {"広場《ひろば》", "広場", "ひろば"},
        {"小《ちい》さな部屋《へや》へ", "小さな部屋へ", "ちいさなへやへ"},
        {"あの｜Wi-Fi室《ワイファイしつ》", "あのWi-Fi室", "あのワイファイしつ"},
        {"ステージ", "ステージ", "ステージ"},
        {"人々《ひとびと》", "人々", "ひとびと"},
    };
    static const char *const broken[] = {
        "広場",        "広場《", "広場《》",           "《ひろば》",
        "ひ《ひ》",    "｜広場", "｜広｜場《ひろば》", "広場》",
        "広場へ《へ》"};
    struct span seen, read;

    begin();
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(floor_name_split(span_text(rows[i].ja), arena, &seen, &read, NULL), ERR_OK,
             rows[i].ja);
        T_SPAN(seen, span_text(rows[i].seen), rows[i].ja);
        T_SPAN(read, span_text(rows[i].read), rows[i].ja);
    }
    for (size_t i = 0; i < T_COUNT(broken); i++)
        T_EQ(floor_name_split(span_text(broken[i]), arena, &seen, &read, NULL), ERR_INVALID,
             broken[i]);
    arena_destroy(&arena);
}

T_CASE(a_turned_object_lies_across)
{
    struct floor_object sofa = {.item = 0, .x = 200, .y = 200, .turn = 1};
    struct floor_box box = floor_box_of_object(&sofa);

    T_TEXT(catalogue[0].id, "sofa", "the first row");
    T_EQ(box.x2 - box.x1, catalogue[0].h_cm, "its depth is its width");
    T_EQ(box.y2 - box.y1, catalogue[0].w_cm, "and the other way round");
}

T_CASE(a_line_crosses_a_box_or_does_not)
{
    static const struct {
        const char *what;
        int x1, y1, x2, y2;
        bool want;
    } rows[] = {
        {"through", 0, 50, 200, 50, true},
        {"past", 0, 10, 200, 10, false},
        {"along an edge", 0, 40, 200, 40, false},
        {"across a corner", 70, 30, 130, 90, true},
        {"touching a corner", 60, 60, 100, 20, false},
        {"ends inside", 0, 0, 100, 50, true},
        {"a point inside", 100, 50, 100, 50, true},
        {"a point on the edge", 80, 50, 80, 50, false},
        {"short of it", 0, 50, 79, 50, false},
        {"diagonal beside", 0, 0, 60, 120, false},
    };
    const struct floor_box box = {80, 40, 120, 60};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(floor_box_is_crossed(box, rows[i].x1, rows[i].y1, rows[i].x2, rows[i].y2),
             rows[i].want, rows[i].what);
        T_EQ(floor_box_is_crossed(box, rows[i].x2, rows[i].y2, rows[i].x1, rows[i].y1),
             rows[i].want, "the other way");
    }
}
