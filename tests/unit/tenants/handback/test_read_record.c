/* tenants/handback/read_record.h, check_row.h: one line of a bag's records (KP-3-調達-4). */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/id.h"
#include "tenants/handback/check_row.h"
#include "tests/t.h"

#define ID "01900000-0000-7000-8000-000000000001"

static const struct data_table pet = {.name = "pet", .is_audit_leaf = true};

static struct read_table table_of(bool has_file)
{
    return (struct read_table){
        .table = &pet,
        .columns =
            {
                {.name = "id", .type = READ_UUID},
                {.name = "name", .type = READ_TEXT},
                {.name = "n", .type = READ_INT},
                {.name = "big", .type = READ_INT8},
                {.name = "is_tame", .type = READ_BOOL},
                {.name = "at", .type = READ_TIME},
                {.name = "born", .type = READ_DATE},
                {.name = "sum", .type = READ_BYTES},
                {.name = "friends", .type = READ_UUID, .is_array = true},
                {.name = "counts", .type = READ_INT, .is_array = true},
                {.name = "note_sealed", .type = READ_SEALED},
                {.name = "name_index", .type = READ_INDEX},
                {.name = "password", .type = READ_NOTHING},
            },
        .n = 13,
        .has_file = has_file,
    };
}

#define LINE(name, n, big, tame, at, born, sum, friends, counts, note, index) \
    "{\"id\":\"" ID "\",\"name\":" name ",\"n\":" n ",\"big\":" big ",\"is_tame\":" tame \
    ",\"at\":" at ",\"born\":" born ",\"sum\":" sum ",\"friends\":" friends \
    ",\"counts\":" counts ",\"note_sealed\":" note ",\"name_index\":" index "}"
#define AT   "\"2026-11-22T01:02:03.000004Z\""
#define SEAL "{\"key\":\"person\",\"of\":\"" ID "\",\"name\":\"\",\"text\":\"x\"}"
#define GOOD \
    LINE("\"ポチ\\n\"", "-3", "\"9007199254740993\"", "true", AT, "\"2026-04-01\"", \
         "\"00ff\"", "[\"" ID "\"]", "[1,-2]", SEAL, "true")

T_CASE(read_record_takes_the_one_form_of_each_type)
{
    static const struct {
        const char *what, *line, *field; /* field NULL: it is good */
    } rows[] = {
        {"as written", GOOD, NULL},
        {"nulls",
         LINE("null", "null", "null", "null", "null", "null", "null", "null", "null", "null",
              "null"),
         NULL},
        {"closed",
         LINE("\"\"", "0", "\"0\"", "false", AT, "null", "\"\"", "[]", "[]",
              "{\"key\":\"class\",\"of\":\"" ID "\",\"name\":\"\",\"closed\":true}", "null"),
         NULL},
        {"bytes, a key of a name",
         LINE("\"\"", "0", "\"0\"", "false", AT, "null", "\"\"", "[]", "[]",
              "{\"key\":\"mac\",\"of\":null,\"name\":\"a.b\",\"b64\":\"AA==\"}", "null"),
         NULL},
        {"nothing", "", "{"},
        {"a space", "{ \"id\":\"" ID "\"}", "id"},
        {"another order", "{\"name\":\"x\",\"id\":\"" ID "\"}", "id"},
        {"a number as text",
         LINE("\"x\"", "\"3\"", "\"0\"", "true", AT, "null", "null", "null", "null", "null",
              "null"),
         "n"},
        {"a leading zero",
         LINE("\"x\"", "03", "\"0\"", "true", AT, "null", "null", "null", "null", "null",
              "null"),
         "n"},
        {"over 32 bits",
         LINE("\"x\"", "2147483648", "\"0\"", "true", AT, "null", "null", "null", "null",
              "null", "null"),
         "n"},
        {"a long number as a number",
         LINE("\"x\"", "3", "5", "true", AT, "null", "null", "null", "null", "null", "null"),
         "big"},
        {"capital digits",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "null", "\"FF\"", "null", "null", "null",
              "null"),
         "sum"},
        {"a time of another form",
         LINE("\"x\"", "3", "\"5\"", "true", "\"2026-11-22T01:02:03Z\"", "null", "null", "null",
              "null", "null", "null"),
         "at"},
        {"a day that is none",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "\"2026-02-30\"", "null", "null", "null",
              "null", "null"),
         "born"},
        {"an array cut off",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "null", "null", "[\"" ID "\"", "null", "null",
              "null"),
         "friends"},
        {"a seal without a subject",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null",
              "{\"key\":\"person\",\"of\":null,\"name\":\"\",\"text\":\"x\"}", "null"),
         "note_sealed"},
        {"a key of no kind",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null",
              "{\"key\":\"town\",\"of\":\"" ID "\",\"name\":\"\",\"text\":\"x\"}", "null"),
         "note_sealed"},
        {"an index with its value",
         LINE("\"x\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null", "null",
              "\"00\""),
         "name_index"},
        {"an escape nobody needs",
         LINE("\"\\u0041\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null", "null",
              "null"),
         "name"},
        {"a raw control byte",
         LINE("\"\x01\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null", "null",
              "null"),
         "name"},
        {"not UTF-8",
         LINE("\"\xff\"", "3", "\"5\"", "true", AT, "null", "null", "null", "null", "null",
              "null"),
         "utf-8"},
        {"what stays behind comes along",
         "{\"id\":\"" ID "\",\"name\":null,\"n\":null,"
         "\"big\":null,\"is_tame\":null,\"at\":null,\"born\":null,\"sum\":null,"
         "\"friends\":null,\"counts\":null,\"note_sealed\":null,\"name_index\":null,"
         "\"password\":\"x\"}",
         "}"},
        {"something behind it", GOOD " ", "}"},
    };
    const struct read_table table = table_of(false);

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct read_record record;
        struct fail why = {.code = ERR_OK};
        enum err rc = read_record(span_text(rows[i].line), &table, &record, &why);

        T_EQ(rc, rows[i].field == NULL ? ERR_OK : ERR_PROTO, rows[i].what);
        if (rows[i].field != NULL)
            T_TEXT(why.field, rows[i].field, rows[i].what);
    }
}

T_CASE(read_record_gives_what_stands_there)
{
    const struct read_table table = table_of(false);
    struct read_record record;
    struct read_seal seal_read;
    struct span rest, element;
    uint8_t text[64];

    T_EQ(read_record(SPAN(GOOD), &table, &record, NULL), ERR_OK, "reads");
    T_EQ(read_text(record.values[1].raw, text), 7, "unescaped");
    T_EQ(memcmp(text, "ポチ\n", 7), 0, "the name");
    read_seal(record.values[10].raw, &seal_read);
    T_EQ(seal_read.kind, KEY_PERSON, "the kind");
    T_EQ(span_eq(seal_read.text, SPAN("x")), true, "the text");
    rest = record.values[9].raw;
    T_EQ(read_element(&rest, &element) && span_eq(element, SPAN("1")), true, "first");
    T_EQ(read_element(&rest, &element) && span_eq(element, SPAN("-2")), true, "second");
    T_EQ(read_element(&rest, &element), false, "no third");
}

T_CASE(read_record_of_a_file_names_its_bytes)
{
    static const char file[] =
        ",\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}";
    const struct read_table table = table_of(true);
    struct read_record record;
    char line[1024];

    T_EQ(read_record(SPAN(GOOD), &table, &record, NULL), ERR_PROTO, "without");
    snprintf(line, sizeof line, "%.*s%s", (int)strlen(GOOD) - 1, GOOD, file);
    T_EQ(read_record(span_text(line), &table, &record, NULL), ERR_OK, "with");
    T_EQ(record.file.len, 64, "its name");
}

T_CASE(a_leaf_and_its_record_have_one_hash)
{
    static const struct {
        const char *what, *leaf;
        bool is_same;
    } rows[] = {
        {"alike",
         "{\"at\":\"2026-11-22T01:02:03.000004Z\",\"big\":\"9007199254740993\",\"born\":"
         "\"2026-04-01\",\"counts\":[1,-2],\"friends\":[\"" ID "\"],\"id\":\"" ID
         "\",\"is_tame\":true,\"n\":-3,\"name\":\"ポチ\\n\",\"note_sealed\":\"AAAA\","
         "\"sum\":\"AP8\"}",
         true},
        {"fewer columns", "{\"id\":\"" ID "\",\"n\":-3}", true},
        {"a field of its own", "{\"id\":\"" ID "\",\"n\":-3,\"other\":{\"a\":[1,\"}\"]}}",
         true},
        {"another number", "{\"id\":\"" ID "\",\"n\":-4}", false},
        {"another name", "{\"id\":\"" ID "\",\"name\":\"ポチ\"}", false},
        {"other bytes", "{\"id\":\"" ID "\",\"sum\":\"AP4\"}", false},
        {"another time", "{\"at\":\"2026-11-22T01:02:03.000005Z\"}", false},
        {"an element more", "{\"counts\":[1,-2,3]}", false},
        {"the record's is missing", "{\"id\":\"" ID "\",\"password\":\"x\"}", true},
    };
    const struct read_table table = table_of(false);
    struct row_hash hash = {.key = {7}, .scratch = malloc(READ_LINE_CAP)};
    struct read_record record;
    struct id id;

    T_EQ(read_record(SPAN(GOOD), &table, &record, NULL), ERR_OK, "the record");
    T_EQ(id_parse(SPAN(ID), &id, NULL), ERR_OK, "the id");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct hash256 of_leaf, of_record;
        uint64_t columns;

        T_EQ(
            row_hash_leaf(&hash, &table, id, span_text(rows[i].leaf), &columns, &of_leaf, NULL),
            ERR_OK, rows[i].what);
        T_EQ(row_hash_record(&hash, &table, &record, columns, &of_record, NULL), ERR_OK,
             rows[i].what);
        T_EQ(hash256_eq(&of_leaf, &of_record), rows[i].is_same, rows[i].what);
    }
    free(hash.scratch);
}

T_CASE(a_leaf_that_is_no_object_is_refused)
{
    static const char *const rows[] = {"",           "{",           "[]",
                                       "{\"a\"}",    "{\"a\":}",    "{\"a\":1,}",
                                       "{\"a\":1}x", "{\"a\":\"1}", "{a:1}"};
    const struct read_table table = table_of(false);
    struct row_hash hash = {.scratch = malloc(READ_LINE_CAP)};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct hash256 ignored;
        uint64_t columns;

        T_EQ(
            row_hash_leaf(&hash, &table, ID_NONE, span_text(rows[i]), &columns, &ignored, NULL),
            ERR_PROTO, rows[i]);
    }
    free(hash.scratch);
}
