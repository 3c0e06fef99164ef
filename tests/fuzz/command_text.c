/* covers: node/server/command_text.c */
/* A text from a client, and the same bytes as a binary message: what is read is inside of what
 * came, says the same again when it is written out, and finds only a row of its own name. */
#include "node/server/command_text.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())

static void handle(struct command_call *call)
{
    (void)call;
}

#define ROW(n) .name = (n), .roles = ROLES_SIGNED_IN, .handle = handle

static const struct command rows[] = {
    {ROW("floor.walk")},
    {ROW("floor.go")},
    {ROW("floor.stop")},
    {ROW("me.state")},
    {ROW("place.enter")},
    {ROW("place.leave")},
    {ROW("a")},
    {ROW("area.knock")},
    {ROW("floor.stick"), .code = 1, .n_bytes = 3},
    {ROW("voice.packet"), .code = 2, .n_bytes = 9, .n_bytes_most = 40},
};
static const struct command_table tables[] = {{rows, (int)(sizeof rows / sizeof rows[0])},
                                              {NULL, 0}};
/* Each breaks one rule; the first byte of the input chooses. */
static const struct command bad[][2] = {
    {{ROW("a")}, {ROW("a")}},
    {{ROW("a"), .code = 1, .n_bytes = 1}, {ROW("b"), .code = 1, .n_bytes = 2}},
    {{ROW("a")}, {.roles = 2, .handle = handle}},
    {{ROW("a")}, {.name = "b", .handle = handle}},
    {{ROW("a")}, {ROW("b"), .code = 1}},
    {{ROW("a")}, {ROW("b"), .code = 1, .n_bytes = 1, .audit = AUDIT_READ}},
    {{ROW("a")}, {ROW("b"), .code = 1, .n_bytes = 9, .n_bytes_most = 9}},
};

static void check_text(const struct command_rows *index, struct span bytes)
{
    struct command_text text;
    enum err rc = command_text_read(bytes, &text, NULL);
    char number[16];
    int found, n;

    if (rc == ERR_PROTO)
        return;
    CHECK((rc == ERR_OK) == (bytes.len <= COMMAND_TEXT_CAP_BYTES));
    CHECK(text.name.p == bytes.p && text.name.len > 0 && text.name.len <= COMMAND_NAME_MOST);
    CHECK(text.number >= 1 && text.number <= INT32_MAX);
    n = snprintf(number, sizeof number, " %u ", text.number);
    CHECK(text.json.len > 0 && text.json.p == text.name.p + text.name.len + n);
    CHECK(text.json.p + text.json.len == bytes.p + bytes.len);
    CHECK(memcmp(text.name.p + text.name.len, number, (size_t)n) == 0);
    found = command_rows_find(index, text.name);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].code == 0 && span_eq(text.name, span_text(rows[i].name)))
            CHECK(found >= 0 && command_rows_at(index, found) == &rows[i]);
    CHECK(found < 0 || span_eq(text.name, span_text(command_rows_at(index, found)->name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t which = size == 0 ? 0 : data[0] % (sizeof bad / sizeof bad[0]);
    const struct command_table bad_tables[] = {{bad[which], 2}, {NULL, 0}};
    static struct command_rows *index;
    struct command_rows *none = NULL;
    int found;

    if (index == NULL)
        CHECK(command_rows_create(tables, &index, NULL) == ERR_OK);
    CHECK(command_rows_n(index) == (int)(sizeof rows / sizeof rows[0]));
    CHECK(command_rows_create(bad_tables, &none, NULL) == ERR_INVALID && none == NULL);
    command_rows_destroy(&none);
    check_text(index, span_of(data, size));
    found = command_rows_find_binary(index, span_of(data, size));
    CHECK((found >= 0) ==
          ((size == 3 && data[0] == 1) || (size >= 9 && size <= 40 && data[0] == 2)));
    return 0;
}
