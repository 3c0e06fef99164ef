#include "node/server/command_text.h"

#include "tests/t.h"

T_CASE(command_text_is_a_name_a_number_and_json)
{
    static const struct {
        const char *what, *text, *name, *json;
        uint32_t number;
        enum err want;
    } rows[] = {
        {"as said", "floor.walk 12 {\"x\":1}", "floor.walk", "{\"x\":1}", 12, ERR_OK},
        {"the least number", "a 1 {}", "a", "{}", 1, ERR_OK},
        {"the greatest", "a 2147483647 {}", "a", "{}", 2147483647, ERR_OK},
        {"JSON is another's question", "a 1 }", "a", "}", 1, ERR_OK},
        {"blanks of JSON", "a 1  {}", "a", " {}", 1, ERR_OK},
        {"one more", "a 2147483648 {}", "", "", 0, ERR_PROTO},
        {"twenty digits", "a 18446744073709551617 {}", "", "", 0, ERR_PROTO},
        {"eleven digits", "a 10000000000 {}", "", "", 0, ERR_PROTO},
        {"0", "a 0 {}", "", "", 0, ERR_PROTO},
        {"a zero in front", "a 01 {}", "", "", 0, ERR_PROTO},
        {"a sign", "a +1 {}", "", "", 0, ERR_PROTO},
        {"no number", "a {}", "", "", 0, ERR_PROTO},
        {"a letter in it", "a 1x {}", "", "", 0, ERR_PROTO},
        {"no JSON", "a 1", "", "", 0, ERR_PROTO},
        {"empty JSON", "a 1 ", "", "", 0, ERR_PROTO},
        {"no name", " 1 {}", "", "", 0, ERR_PROTO},
        {"a great letter", "A 1 {}", "", "", 0, ERR_PROTO},
        {"a digit in the name", "a1 1 {}", "", "", 0, ERR_PROTO},
        {"a tab", "a\t1 {}", "", "", 0, ERR_PROTO},
        {"two blanks", "a  1 {}", "", "", 0, ERR_PROTO},
        {"32 bytes", "abcdefghijklmnopqrstuvwxyzabcdef 1 {}",
         "abcdefghijklmnopqrstuvwxyzabcdef", "{}", 1, ERR_OK},
        {"33 bytes", "abcdefghijklmnopqrstuvwxyzabcdefg 1 {}", "", "", 0, ERR_PROTO},
        {"a name alone", "abc", "", "", 0, ERR_PROTO},
        {"nothing", "", "", "", 0, ERR_PROTO},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct command_text text;

        T_EQ(command_text_read(span_text(rows[i].text), &text, NULL), rows[i].want,
             rows[i].what);
        if (rows[i].want != ERR_OK)
            continue;
        T_SPAN(text.name, span_text(rows[i].name), rows[i].what);
        T_SPAN(text.json, span_text(rows[i].json), rows[i].what);
        T_EQ(text.number, rows[i].number, rows[i].what);
    }
}

T_CASE(command_text_too_long_still_says_whom_to_answer)
{
    static char bytes[COMMAND_TEXT_CAP_BYTES + 1] = "a 7 ";
    struct command_text text;

    memset(bytes + 4, 'x', sizeof bytes - 4);
    T_EQ(command_text_read(span_of(bytes, sizeof bytes - 1), &text, NULL), ERR_OK, "the cap");
    T_EQ(command_text_read(span_of(bytes, sizeof bytes), &text, NULL), ERR_TOO_LARGE, "over");
    T_EQ(text.number, 7, "its number");
}

static void handle(struct command_call *call)
{
    (void)call;
}

#define ROW(n) .name = (n), .roles = ROLES_SIGNED_IN, .handle = handle

T_CASE(command_rows_find_each_of_theirs_and_no_other)
{
    static const struct command rows[] = {
        {ROW("b.two")},
        {ROW("a")},
        {ROW("b")},
        {ROW("b.one")},
        {ROW("b.ten")},
        {ROW("b.stick"), .code = 9, .n_bytes = 2},
        {ROW("b.say"), .code = 10, .n_bytes = 2, .n_bytes_most = 4},
    };
    static const struct command_table tables[] = {{rows, 2}, {rows + 2, 5}, {NULL, 0}};
    static const char *const others[] = {"b.", "b.t", "b.tw", "b.twoo", "c", "_", "b.stick"};
    struct command_rows *index = NULL;

    T_EQ(command_rows_create(tables, &index, NULL), ERR_OK, "good rows");
    T_EQ(command_rows_n(index), (int)T_COUNT(rows), "all");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        if (rows[i].code == 0) /* a binary one is found by its code alone */
            T_TEXT(
                command_rows_at(index, command_rows_find(index, span_text(rows[i].name)))->name,
                rows[i].name, "found");
    for (size_t i = 0; i < T_COUNT(others); i++)
        T_EQ(command_rows_find(index, span_text(others[i])), -1, others[i]);
    T_TEXT(command_rows_at(index, command_rows_find_binary(index, SPAN("\x09x")))->name,
           "b.stick", "by its code");
    T_EQ(command_rows_find_binary(index, SPAN("\x09")), -1, "too short");
    T_EQ(command_rows_find_binary(index, SPAN("\x09xx")), -1, "too long");
    T_EQ(command_rows_find_binary(index, SPAN("\x08x")), -1, "another code");
    T_EQ(command_rows_find_binary(index, SPAN("")), -1, "empty");
    for (size_t len = 1; len <= 5; len++)
        T_EQ(command_rows_find_binary(index, span_cut(SPAN("\x0axxxx"), 0, len)) >= 0,
             len >= 2 && len <= 4, "from its least to its most");
    command_rows_destroy(&index);
    T_OK(index == NULL, "destroy leaves NULL");
}

T_CASE(command_rows_refuse_what_cannot_be_served)
{
    static const struct jx_shape shape = {.name = "Nothing", .bytes = 1};
    static const struct {
        const char *what;
        struct command rows[2];
    } bad[] = {
        {"a name twice", {{ROW("a")}, {ROW("a")}}},
        {"a code twice",
         {{ROW("a"), .code = 1, .n_bytes = 1}, {ROW("b"), .code = 1, .n_bytes = 2}}},
        {"no name", {{ROW("a")}, {.roles = 2, .handle = handle}}},
        {"a name of another form", {{ROW("a")}, {ROW("a b")}}},
        {"no role", {{ROW("a")}, {.name = "b", .handle = handle}}},
        {"no handler", {{ROW("a")}, {.name = "b", .roles = 2}}},
        {"a code without a length", {{ROW("a")}, {ROW("b"), .code = 1}}},
        {"a length without a code", {{ROW("a")}, {ROW("b"), .n_bytes = 1}}},
        {"a longest without a code", {{ROW("a")}, {ROW("b"), .n_bytes_most = 9}}},
        {"a longest that is none",
         {{ROW("a")}, {ROW("b"), .code = 1, .n_bytes = 3, .n_bytes_most = 3}}},
        {"a binary one with input",
         {{ROW("a")}, {ROW("b"), .code = 1, .n_bytes = 1, .input = &shape}}},
        {"a binary one on record",
         {{ROW("a")}, {ROW("b"), .code = 1, .n_bytes = 1, .audit = AUDIT_READ}}},
    };
    static const struct command_table none[] = {{NULL, 0}};
    struct command_rows *index = NULL;

    for (size_t i = 0; i < T_COUNT(bad); i++) {
        const struct command_table tables[] = {{bad[i].rows, 2}, {NULL, 0}};

        T_EQ(command_rows_create(tables, &index, NULL), ERR_INVALID, bad[i].what);
        T_OK(index == NULL, "and nothing is left");
    }
    T_EQ(command_rows_create(none, &index, NULL), ERR_OK, "none at all");
    T_EQ(command_rows_find(index, SPAN("a")), -1, "finds none");
    command_rows_destroy(&index);
}
