/* covers: node/db/setting_value.c */
/* A setting's value as anybody may send it: the first byte picks the row, the rest is the
 * value. */
#include "node/db/setting_value.h"

#include <stdlib.h>
#include <string.h>

static const struct setting rows[] = {
    {.name = "int",
     .type = SETTING_INT,
     .least = -5,
     .most = 240,
     .unit = "分",
     .title_ja = "分"},
    {.name = "wide",
     .type = SETTING_INT,
     .least = INT64_MIN,
     .most = INT64_MAX,
     .unit = "",
     .title_ja = "広い"},
    {.name = "bool", .type = SETTING_BOOL, .unit = "", .title_ja = "する"},
    {.name = "enum",
     .type = SETTING_ENUM,
     .choices = "plain|ruby|easy",
     .unit = "",
     .title_ja = "ことば"},
    {.name = "text", .type = SETTING_TEXT, .least = 1, .most = 5, .unit = "", .title_ja = "文"},
    {.name = "time", .type = SETTING_TIME, .unit = "", .title_ja = "時刻"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static void check_number(const struct setting *row, int64_t number)
{
    static const int64_t most[] = {
        [SETTING_BOOL] = 1, [SETTING_ENUM] = 2, [SETTING_TIME] = 1439};

    if (row->type == SETTING_INT || row->type == SETTING_TEXT) {
        if (number < row->least || number > row->most)
            abort();
    } else if (number < 0 || number > most[row->type]) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = NULL;
    struct jx_defect defect = {0};
    struct fail why;
    int64_t number = 0;
    const struct setting *row;
    enum err rc;

    if (size == 0 || arena_create(1024, &arena, NULL) != ERR_OK)
        return 0;
    row = &rows[data[0] % N_ROWS];
    rc = setting_value_read(row, span_of(data + 1, size - 1), arena, &number, &defect, &why);
    if (rc == ERR_OK)
        check_number(row, number);
    else if (rc != ERR_INVALID || defect.rule == NULL || defect.text_ja.len == 0)
        abort();
    arena_destroy(&arena);
    return 0;
}
