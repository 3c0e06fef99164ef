#include "node/base/jx.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

struct seat {
    struct span label;
    int64_t row;
};
struct person {
    struct id id;
    struct span name, note, password, photo;
    int64_t age, born_us, counter, limit;
    struct jx_texts tags;
    struct jx_list others;
    struct seat seat;
    int kind;
    bool has_note, has_seat, has_limit, is_away;
};

static const struct jx_field seat_fields[] = {
    {.name = "label",
     .type = JX_TEXT,
     .least = 1,
     .most = 3,
     .offset = offsetof(struct seat, label),
     .title_ja = "席の名前"},
    {.name = "row", .type = JX_INT, .offset = offsetof(struct seat, row)},
};
static const struct jx_shape seat_shape = JX_SHAPE("Seat", struct seat, seat_fields);

#define PERSON(member) .offset = offsetof(struct person, member)
static const struct jx_field person_fields[] = {
    {.name = "id", .type = JX_ID, PERSON(id), .title_ja = "番号"},
    {.name = "name", .type = JX_TEXT, .least = 2, .most = 5, PERSON(name), .title_ja = "名前"},
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     PERSON(note),
     .has_offset = offsetof(struct person, has_note),
     .title_ja = "メモ"},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_SECRET,
     .least = 1,
     PERSON(password),
     .title_ja = "パスワード"},
    {.name = "age", .type = JX_INT, .least = 0, .most = 120, PERSON(age), .title_ja = "年齢"},
    {.name = "is_away", .type = JX_BOOL, PERSON(is_away), .title_ja = "外出中"},
    {.name = "born",
     .type = JX_TIME,
     .least = 0,
     .most = INT64_C(4102444800000000),
     PERSON(born_us),
     .title_ja = "誕生日時"},
    {.name = "kind", .type = JX_ENUM, .choices = "new|old", PERSON(kind), .title_ja = "区分"},
    {.name = "photo",
     .type = JX_BYTES,
     .least = 0,
     .most = 4,
     PERSON(photo),
     .title_ja = "写真"},
    {.name = "tags", .type = JX_TEXTS, .least = 1, .most = 3, PERSON(tags), .title_ja = "札"},
    {.name = "seat",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &seat_shape,
     PERSON(seat),
     .has_offset = offsetof(struct person, has_seat),
     .title_ja = "席"},
    {.name = "others",
     .type = JX_LIST,
     .shape = &seat_shape,
     .least = 0,
     .most = 2,
     PERSON(others),
     .title_ja = "ほかの席"},
    {.name = "counter", .type = JX_I64TEXT, PERSON(counter), .title_ja = "通し番号"},
    {.name = "limit",
     .type = JX_I64TEXT,
     .flags = JX_OPTIONAL,
     .least = -5,
     .most = 5,
     PERSON(limit),
     .has_offset = offsetof(struct person, has_limit)},
};
static const struct jx_shape person_shape = JX_SHAPE("Person", struct person, person_fields);

#define WHOLE \
    "{\"id\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"name\":\"山田太郎\"," \
    "\"note\":\"一行\\n二行\\tx\",\"password\":\"secret\",\"age\":12,\"is_away\":true," \
    "\"born\":\"2014-04-02T09:00:00+09:00\",\"kind\":\"old\",\"photo\":\"_-8\"," \
    "\"tags\":[\"a\",\"いろは\"],\"seat\":{\"label\":\"窓\",\"row\":-3}," \
    "\"others\":[{\"label\":\"A\",\"row\":1},{\"label\":\"B\",\"row\":2}]," \
    "\"counter\":\"-9223372036854775808\",\"limit\":\"5\"}"

static struct arena *arena(void)
{
    static struct arena *shared;

    if (shared == NULL)
        T_EQ(arena_create(4096, &shared, NULL), ERR_OK, "arena");
    arena_reset(shared);
    return shared;
}

T_CASE(jx_read_fills_a_struct_by_its_shape)
{
    struct arena *a = arena();
    struct person p;
    struct jx_defects defects = {.n = 9};
    const struct seat *others;

    T_EQ(jx_read(SPAN(WHOLE), &person_shape, a, &p, &defects, NULL), ERR_OK, "reads");
    T_EQ(defects.n, 0, "no defect");
    T_EQ(p.id.b[0], 0x01, "id");
    T_EQ(p.id.b[15], 0xab, "id");
    T_SPAN(p.name, SPAN("山田太郎"), "text");
    T_OK(p.has_note, "optional and there");
    T_SPAN(p.note, SPAN("一行\n二行\tx"), "text of several lines");
    T_SPAN(p.password, SPAN("secret"), "secret");
    T_EQ(p.age, 12, "integer");
    T_OK(p.is_away, "bool");
    T_EQ(p.born_us, INT64_C(1396396800000000), "time in UTC");
    T_EQ(p.kind, 1, "choice");
    T_SPAN(p.photo, t_hex("ffef"), "bytes");
    T_EQ(p.tags.n, 2, "texts");
    T_SPAN(p.tags.at[1], SPAN("いろは"), "texts");
    T_OK(p.has_seat, "object");
    T_SPAN(p.seat.label, SPAN("窓"), "inside an object");
    T_EQ(p.seat.row, -3, "no bounds of its own");
    others = p.others.at;
    T_EQ(p.others.n, 2, "list");
    T_SPAN(others[1].label, SPAN("B"), "second of the list");
    T_EQ(others[1].row, 2, "second of the list");
    T_EQ(p.counter, INT64_MIN, "64 bits as text");
    T_OK(p.has_limit && p.limit == 5, "bounded 64 bits");
}

T_CASE(jx_write_gives_back_what_was_read)
{
    struct arena *a = arena();
    struct person p;
    struct span text;

    T_EQ(jx_read(SPAN(WHOLE), &person_shape, a, &p, NULL, NULL), ERR_OK, "reads");
    T_EQ(jx_write(&person_shape, &p, a, &text, NULL), ERR_OK, "writes");
    T_SPAN(text,
           SPAN("{\"id\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"name\":\"山田太郎\","
                "\"note\":\"一行\\n二行\\tx\",\"age\":12,\"is_away\":true,"
                "\"born\":\"2014-04-02T00:00:00.000000Z\",\"kind\":\"old\",\"photo\":\"_-8\","
                "\"tags\":[\"a\",\"いろは\"],\"seat\":{\"label\":\"窓\",\"row\":-3},"
                "\"others\":[{\"label\":\"A\",\"row\":1},{\"label\":\"B\",\"row\":2}],"
                "\"counter\":\"-9223372036854775808\",\"limit\":\"5\"}"),
           "table order, compact, without the secret");
    T_EQ(jx_check(text, NULL), ERR_OK, "and it is JSON");
}

T_CASE(jx_write_leaves_absent_fields_out)
{
    struct arena *a = arena();
    struct person p = {.name = SPAN_NONE};
    struct span text;

    T_EQ(jx_write(&person_shape, &p, a, &text, NULL), ERR_OK, "writes");
    T_SPAN(text,
           SPAN("{\"id\":\"00000000-0000-0000-0000-000000000000\",\"name\":\"\",\"age\":0,"
                "\"is_away\":false,\"born\":\"1970-01-01T00:00:00.000000Z\",\"kind\":\"new\","
                "\"photo\":\"\",\"tags\":[],\"others\":[],\"counter\":\"0\"}"),
           "no note, seat, limit");
}

T_CASE(jx_write_canonical_sorts_keys_by_bytes)
{
    static const struct jx_field fields[] = {
        {.name = "b", .type = JX_BOOL, .offset = 0},
        {.name = "a_b", .type = JX_BOOL},
        {.name = "ab", .type = JX_BOOL},
        {.name = "B", .type = JX_BOOL},
        {.name = "a", .type = JX_BOOL},
    };
    static const struct jx_shape shape = JX_SHAPE("Keys", bool, fields);
    static const struct jx_shape none = {.name = "None", .bytes = 1, .fields = fields};
    struct span text;
    bool from = true;

    T_EQ(jx_write_canonical(&shape, &from, arena(), &text, NULL), ERR_OK, "writes");
    T_SPAN(text, SPAN("{\"B\":true,\"a\":true,\"a_b\":true,\"ab\":true,\"b\":true}"), "sorted");
    T_EQ(jx_write(&shape, &from, arena(), &text, NULL), ERR_OK, "writes");
    T_SPAN(text, SPAN("{\"b\":true,\"a_b\":true,\"ab\":true,\"B\":true,\"a\":true}"),
           "not sorted");
    T_EQ(jx_write(&none, &from, arena(), &text, NULL), ERR_OK, "writes");
    T_SPAN(text, SPAN("{}"), "a shape without fields");
    T_EQ(jx_write_canonical(&none, &from, arena(), &text, NULL), ERR_OK, "writes");
    T_SPAN(text, SPAN("{}"), "a shape without fields");
}

T_CASE(jx_write_canonical_sorts_inner_objects_too)
{
    struct arena *a = arena();
    struct person p;
    struct span text;

    T_EQ(jx_read(SPAN(WHOLE), &person_shape, a, &p, NULL, NULL), ERR_OK, "reads");
    p.has_note = false;
    T_EQ(jx_write_canonical(&person_shape, &p, a, &text, NULL), ERR_OK, "writes");
    T_SPAN(text,
           SPAN("{\"age\":12,\"born\":\"2014-04-02T00:00:00.000000Z\","
                "\"counter\":\"-9223372036854775808\","
                "\"id\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"is_away\":true,"
                "\"kind\":\"old\",\"limit\":\"5\",\"name\":\"山田太郎\","
                "\"others\":[{\"label\":\"A\",\"row\":1},{\"label\":\"B\",\"row\":2}],"
                "\"photo\":\"_-8\",\"seat\":{\"label\":\"窓\",\"row\":-3},"
                "\"tags\":[\"a\",\"いろは\"]}"),
           "sorted throughout");
}

T_CASE(jx_write_escapes_as_rfc_8785_does)
{
    struct seat seat = {.label = SPAN("\b\t\n\f\r\"\\/\x01\x1f\x7f€<😀")};
    struct arena *a = arena();
    struct span text;

    T_EQ(jx_write(&seat_shape, &seat, a, &text, NULL), ERR_OK, "writes");
    T_SPAN(text,
           SPAN("{\"label\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f€<😀\",\"row\":0}"),
           "shortest escapes, nothing else escaped");
}

T_CASE(jx_write_refuses_what_could_not_be_read_back)
{
    struct person p;
    struct span text, bad_text = t_hex("ff"), nul = t_hex("6100");
    struct jx_texts bad_tags = {&bad_text, 1};
    struct seat bad_seat = {.row = JX_MAX_INT + 1};
    struct arena *a = arena();

    for (int i = 0; i < 9; i++) {
        static const char *const fields[] = {"name", "name", "age",  "age", "kind",
                                             "kind", "born", "tags", "row"};
        struct fail why = {0};

        p = (struct person){.age = 1};
        if (i == 0)
            p.name = bad_text;
        else if (i == 1)
            p.name = nul;
        else if (i == 2)
            p.age = JX_MAX_INT + 1;
        else if (i == 3)
            p.age = -JX_MAX_INT - 1;
        else if (i == 4)
            p.kind = 2;
        else if (i == 5)
            p.kind = -1;
        else if (i == 6)
            p.born_us = INT64_MIN;
        else if (i == 7)
            p.tags = bad_tags;
        else
            p.others = (struct jx_list){&bad_seat, 1};
        T_EQ(jx_write(&person_shape, &p, a, &text, &why), ERR_INTERNAL, fields[i]);
        T_TEXT(why.field, fields[i], "names the field");
        T_OK(text.p == NULL, "no result");
    }
}

/* The first defect of a text, as "pointer rule: sentence". */
static const char *defect_of(const char *json, size_t *n_out)
{
    static char line[512];
    struct person p;
    struct jx_defects defects;
    struct fail why = {0};

    *n_out = 0;
    line[0] = '\0';
    if (jx_read(span_text(json), &person_shape, arena(), &p, &defects, &why) == ERR_INVALID) {
        *n_out = defects.n;
        snprintf(line, sizeof line, "%.*s %s: %.*s", SPAN_ARG(defects.at[0].pointer),
                 defects.at[0].rule, SPAN_ARG(defects.at[0].text_ja));
        T_EQ(why.code, ERR_INVALID, "code");
        T_SPAN(span_text(why.field), span_cut(defects.at[0].pointer, 0, sizeof why.field - 1),
               "why names the first field");
    }
    return line;
}

/* WHOLE with one member's value replaced; value NULL leaves the member out. */
static const char *changed(const char *name, const char *value)
{
    static char text[2048];
    static const char whole[] = WHOLE;
    char key[64];
    const char *at, *end;
    int depth = 0;
    bool in_string = false;

    snprintf(key, sizeof key, "\"%s\":", name);
    at = strstr(whole, key);
    if (at == NULL) { /* a new member, in front */
        snprintf(text, sizeof text, "{%s%s,%s", key, value, whole + 1);
        return text;
    }
    for (end = at + strlen(key); in_string || depth > 0 || (*end != ',' && *end != '}');
         end++) {
        in_string ^= *end == '"';
        depth += !in_string && (*end == '[' || *end == '{');
        depth -= !in_string && (*end == ']' || *end == '}');
    }
    if (value == NULL)
        snprintf(text, sizeof text, "%.*s%s", (int)(at - whole), whole,
                 *end == ',' ? end + 1 : end);
    else
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at + strlen(key) - whole), whole, value,
                 end);
    return text;
}

T_CASE(jx_read_names_field_and_rule)
{
    static const struct {
        const char *name, *value, *want; /* want "" means: fine */
    } rows[] = {
        {"name", NULL, "/name required: 「名前」を入力してください。"},
        {"name", "null", "/name required: 「名前」を入力してください。"},
        {"name", "5", "/name type: 「名前」には文字を入れてください。"},
        {"name", "\"山\"",
         "/name least: 「名前」は 2 文字以上にしてください（いまは 1 文字）。"},
        {"name", "\"山田太郎衛\"", ""},
        {"name", "\"山田太郎衛門\"",
         "/name most: 「名前」は 5 文字までにしてください（いまは 6 文字）。"},
        {"name", "\"か\\u3099葛\\udb40\\udd00👨\\u200d👩\"", ""},
        {"name", "\"\\u200b\\u200ba\"",
         "/name least: 「名前」は 2 文字以上にしてください（いまは 1 文字）。"},
        {"password", "\"\"", "/password least: 「パスワード」を入力してください。"},
        {"password", "true", "/password type: 「パスワード」には文字を入れてください。"},
        {"note", NULL, ""},
        {"note", "null", ""},
        {"note", "\"\"", ""},
        {"note", "[]", "/note type: 「メモ」には文字を入れてください。"},
        {"age", "0", ""},
        {"age", "120", ""},
        {"age", "1.0", ""},
        {"age", "1.2e1", ""},
        {"age", "1.5", "/age type: 「年齢」には整数を入れてください。"},
        {"age", "0.000000000000001", "/age type: 「年齢」には整数を入れてください。"},
        {"age", "\"12\"", "/age type: 「年齢」には整数を入れてください。"},
        {"age", "-1", "/age least: 「年齢」は 0 から 120 までの整数にしてください。"},
        {"age", "121", "/age most: 「年齢」は 0 から 120 までの整数にしてください。"},
        {"is_away", "0",
         "/is_away type: 「外出中」には「はい」か「いいえ」（true か "
         "false）を入れてください。"},
        {"id", "7", "/id type: 「番号」には ID の文字を入れてください。"},
        {"id", "\"7\"", "/id format: 「番号」の ID が正しくありません。"},
        {"born", "1396396800", "/born type: 「誕生日時」には日時の文字を入れてください。"},
        {"born", "\"2014-04-02\"",
         "/born format: 「誕生日時」の日時が正しくありません。例：2026-04-01T09:30:00+09:00"},
        {"born", "\"1969-12-31T23:59:59Z\"",
         "/born least: 「誕生日時」の日時は、決められた期間の中にしてください。"},
        {"born", "\"2100-01-01T00:00:00.000001Z\"",
         "/born most: 「誕生日時」の日時は、決められた期間の中にしてください。"},
        {"kind", "\"Old\"", "/kind choice: 「区分」は次のどれかにしてください：new|old"},
        {"kind", "1", "/kind type: 「区分」には選択肢の文字を入れてください。"},
        {"photo", "\"AAAAAA\"", ""},
        {"photo", "\"AAAAAAA\"",
         "/photo most: 「写真」は 4 バイトまでにしてください（いまは 5 バイト）。"},
        {"photo", "\"AAA=\"",
         "/photo format: 「写真」は base64url（= なし）で送ってください。"},
        {"photo", "{}", "/photo type: 「写真」には base64url の文字を入れてください。"},
        {"tags", "[]", ""},
        {"tags", "\"a\"", "/tags type: 「札」には文字の一覧を入れてください。"},
        {"tags", "[\"a\",1]", "/tags/1 type: 「札」には文字の一覧を入れてください。"},
        {"tags", "[\"abcd\"]",
         "/tags/0 most: 「札」は 3 文字までにしてください（いまは 4 文字）。"},
        {"seat", "null", ""},
        {"seat", "[]", "/seat type: 「席」には項目のまとまりを入れてください。"},
        {"seat", "{\"label\":\"x\"}", "/seat/row required: 「row」を入力してください。"},
        {"seat", "{\"label\":\"abcd\",\"row\":1}",
         "/seat/label most: 「席の名前」は 3 文字までにしてください（いまは 4 文字）。"},
        {"others", "[]", ""},
        {"others", "{}", "/others type: 「ほかの席」には一覧を入れてください。"},
        {"others",
         "[{\"label\":\"x\",\"row\":1},{\"label\":\"x\",\"row\":1},{\"label\":\"x\",\"row\":1}"
         "]",
         "/others most: 「ほかの席」は 2 件までにしてください（いまは 3 件）。"},
        {"others", "[{\"label\":\"x\",\"row\":1},5]",
         "/others/1 type: 「ほかの席」の 2 件目は、項目のまとまりにしてください。"},
        {"others", "[{\"label\":\"x\",\"row\":1},{\"label\":\"\",\"row\":1}]",
         "/others/1/label least: 「席の名前」を入力してください。"},
        {"counter", "\"9223372036854775807\"", ""},
        {"counter", "\"9223372036854775808\"",
         "/counter format: 「通し番号」には整数を入れてください。"},
        {"counter", "5", "/counter type: 「通し番号」には整数を表す文字を入れてください。"},
        {"limit", "\"6\"", "/limit most: 「limit」は -5 から 5 までの整数にしてください。"},
        {"limit", "\"-6\"", "/limit least: 「limit」は -5 から 5 までの整数にしてください。"},
        {"extra", "1", "/extra unknown: 「extra」という項目はありません。"},
        {"Name", "\"xx\"", "/Name unknown: 「Name」という項目はありません。"},
        {"a/b~c", "1", "/a~1b~0c unknown: 「a/b~c」という項目はありません。"},
        {"", "1", "/ unknown: 「」という項目はありません。"},
        {"\\u200babc", "1",
         "/\xe2\x80\x8b"
         "abc unknown: 「abc」という項目はありません。"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const char *json = changed(rows[i].name, rows[i].value);
        struct span want = span_text(rows[i].want);
        size_t n;

        T_SPAN(span_text(defect_of(json, &n)), want, rows[i].name);
        T_EQ(n, want.len > 0, rows[i].name);
    }
}

T_CASE(jx_read_lists_every_defect)
{
    struct person p;
    struct jx_defects defects;
    struct fail why;
    struct span pointers[16] = {
        SPAN("/id"),
        SPAN("/name"),
        SPAN("/password"),
        SPAN("/age"),
        SPAN("/is_away"),
        SPAN("/born"),
        SPAN("/kind"),
        SPAN("/photo"),
        SPAN("/tags"),
        SPAN("/others/0/label"),
        SPAN("/others/0/row"),
        SPAN("/others/0/x"),
        SPAN("/others"),
        SPAN("/counter"),
        SPAN("/y"),
    };

    T_EQ(jx_read(SPAN("{\"y\":1,\"others\":[{\"x\":1},{\"label\":\"a\",\"row\":1},"
                      "{\"label\":\"a\",\"row\":1}]}"),
                 &person_shape, arena(), &p, &defects, &why),
         ERR_INVALID, "refused");
    T_EQ(defects.n, 15, "all of them, more than the first block holds");
    for (size_t i = 0; i < 15; i++) {
        bool found = false;

        for (size_t j = 0; j < defects.n; j++)
            found |= span_eq(defects.at[j].pointer, pointers[i]);
        T_OK(found, (const char *)pointers[i].p);
    }
    T_OK(id_is_none(p.id) && p.name.p == NULL && p.others.at == NULL, "the struct is zero");
}

T_CASE(jx_read_wants_an_object)
{
    static const char *const texts[] = {"[]", "1", "\"x\"", "null", "true"};

    for (size_t i = 0; i < T_COUNT(texts); i++) {
        size_t n;

        T_TEXT(defect_of(texts[i], &n),
               " type: 送る内容の全体を、ひとつの項目のまとまりにしてください。", texts[i]);
        T_EQ(n, 1, texts[i]);
    }
}

T_CASE(jx_read_passes_on_what_the_pre_scan_says)
{
    struct person p;
    struct jx_defects defects = {.n = 5};
    static char big[JX_MAX_BYTES + 1];

    memset(&p, 1, sizeof p);
    T_EQ(jx_read(SPAN("{\"age\":1,\"age\":2}"), &person_shape, arena(), &p, &defects, NULL),
         ERR_PROTO, "duplicate key");
    T_EQ(defects.n, 0, "no field to name");
    T_EQ(p.age, 0, "zeroed");
    memset(big, ' ', sizeof big);
    T_EQ(jx_read(span_of(big, sizeof big), &person_shape, arena(), &p, NULL, NULL),
         ERR_TOO_LARGE, "too large");
}

T_CASE(jx_read_takes_blanks_behind_and_needs_no_nul)
{
    const struct span whole = SPAN(WHOLE), with_blanks = SPAN(WHOLE "\r\n ");
    uint8_t *text = malloc(with_blanks.len), *exact = malloc(whole.len);
    struct person p;

    memcpy(text, with_blanks.p, with_blanks.len);
    memcpy(exact, whole.p, whole.len);
    T_EQ(jx_read(span_of(text, with_blanks.len), &person_shape, arena(), &p, NULL, NULL),
         ERR_OK, "blanks behind");
    T_EQ(jx_read(span_of(exact, whole.len), &person_shape, arena(), &p, NULL, NULL), ERR_OK,
         "not a byte behind");
    free(exact);
    free(text);
}

T_CASE(jx_text_is_cleaned_by_the_edge)
{
    struct arena *a = arena();
    struct person p;

    T_EQ(jx_read(span_text(changed("name", "\"か\\u3099\\u202ex\\n\\u0007\"")), &person_shape,
                 a, &p, NULL, NULL),
         ERR_OK, "reads");
    T_SPAN(p.name, SPAN("がx"), "NFC, no bidi control, one line");
    T_EQ(jx_read(span_text(changed("note", "\"一\\r\\n\\u0007二\"")), &person_shape, a, &p,
                 NULL, NULL),
         ERR_OK, "reads");
    T_SPAN(p.note, SPAN("一\n二"), "lines stay where the field allows them");
}

T_CASE(jx_2000_unknown_fields_are_all_named)
{
    static char text[JX_MAX_BYTES];
    struct jx_defects defects;
    struct seat seat;
    size_t len = (size_t)snprintf(text, sizeof text, "{\"label\":\"x\",\"row\":1");

    for (int i = 0; i < JX_MAX_VALUES - 3; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, ",\"k%d\":1", i);
    text[len++] = '}';
    T_EQ(jx_read(span_of(text, len), &seat_shape, arena(), &seat, &defects, NULL), ERR_INVALID,
         "refused");
    T_EQ(defects.n, JX_MAX_VALUES - 3, "every one");
    T_SPAN(defects.at[1996].pointer, SPAN("/k1996"), "the last");
}

T_CASE(jx_defect_add_appends)
{
    struct arena *a = arena();
    struct jx_defects defects = {0};
    char long_text[1024];

    for (int i = 0; i < 100; i++)
        T_EQ(jx_defect_add(&defects, a, "/end", "order", "「%s」が %d 番目です。", "終わり", i),
             ERR_OK, "adds");
    T_EQ(defects.n, 100, "all");
    T_SPAN(defects.at[8].text_ja, SPAN("「終わり」が 8 番目です。"), "text");
    T_SPAN(defects.at[99].pointer, SPAN("/end"), "pointer");
    T_TEXT(defects.at[0].rule, "order", "rule");
    for (size_t i = 0; i < sizeof long_text - 1; i += 3)
        memcpy(long_text + i, "あ", 3);
    long_text[sizeof long_text - 1] = '\0';
    T_EQ(jx_defect_add(&defects, a, "", "most", "x%s", long_text), ERR_OK, "adds");
    T_EQ(defects.at[100].text_ja.len, 511 / 3 * 3 + 1, "cut between characters");
}

T_CASE(jx_knows_which_shapes_hold_a_secret)
{
    static const struct jx_field around_fields[] = {
        {.name = "people", .type = JX_LIST, .shape = &person_shape},
    };
    static const struct jx_shape around = JX_SHAPE("Around", struct jx_list, around_fields);

    T_OK(jx_has_secret(&person_shape), "of its own");
    T_OK(jx_has_secret(&around), "further down");
    T_OK(!jx_has_secret(&seat_shape), "none");
}
