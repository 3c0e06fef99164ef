#include "node/server/command_text.h"

#include <stdlib.h>

struct command_rows {
    int n;
    int16_t by_code[256];       /* index + 1; 0: none */
    const struct command *at[]; /* by name */
};

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || c == '.' || c == '_';
}

static size_t name_len(struct span text)
{
    size_t len = 0;

    while (len < text.len && is_name_byte(text.p[len]))
        len++;
    return len;
}

/* How many bytes the number takes; 0: it is none. */
static size_t read_number(struct span text, uint32_t *number_out)
{
    uint64_t number = 0;
    size_t len = 0;

    for (; len < text.len && len < 11 && text.p[len] >= '0' && text.p[len] <= '9'; len++)
        number = number * 10 + (uint64_t)(text.p[len] - '0');
    if (len == 0 || text.p[0] == '0' || number > INT32_MAX)
        return 0;
    *number_out = (uint32_t)number;
    return len;
}

enum err command_text_read(struct span text, struct command_text *text_out, struct fail *why)
{
    size_t len = name_len(text);
    struct span rest = span_from(text, len + 1);

    memset(text_out, 0, sizeof *text_out);
    if (len == 0 || len > COMMAND_NAME_MOST || len == text.len || text.p[len] != ' ')
        return fail_set(why, ERR_PROTO, "no name in front");
    text_out->name = span_cut(text, 0, len);
    len = read_number(rest, &text_out->number);
    if (len == 0 || len == rest.len || rest.p[len] != ' ')
        return fail_set(why, ERR_PROTO, "no number behind the name");
    text_out->json = span_from(rest, len + 1);
    if (text_out->json.len == 0)
        return fail_set(why, ERR_PROTO, "nothing behind the number");
    if (text.len > COMMAND_TEXT_CAP_BYTES)
        return fail_set(why, ERR_TOO_LARGE, "a command of %zu bytes", text.len);
    return ERR_OK;
}

/* ---- rows ---- */

static enum err check_row(const struct command *row, struct fail *why)
{
    const char *name = row->name == NULL ? "" : row->name;
    size_t len = name_len(span_text(name));

    if (len == 0 || len > COMMAND_NAME_MOST || name[len] != '\0')
        return fail_set(why, ERR_INVALID, "command \"%s\": its name", name);
    if (row->roles == 0 || row->handle == NULL)
        return fail_set(why, ERR_INVALID, "command %s: no role or no handler", name);
    if ((row->code == 0) != (row->n_bytes == 0))
        return fail_set(why, ERR_INVALID, "command %s: code without length", name);
    if (row->n_bytes_most != 0 && (row->code == 0 || row->n_bytes_most <= row->n_bytes))
        return fail_set(why, ERR_INVALID, "command %s: its longest message", name);
    if (row->code != 0 &&
        (row->input != NULL || row->output != NULL || row->audit != AUDIT_NONE))
        return fail_set(why, ERR_INVALID, "command %s: binary, yet with a shape or record",
                        name);
    return ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct command *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static enum err index_rows(struct command_rows *rows, struct fail *why)
{
    if (rows->n > 1)
        qsort(rows->at, (size_t)rows->n, sizeof(const struct command *), by_name);
    for (int i = 0; i < rows->n; i++) {
        const struct command *row = rows->at[i];

        if (i > 0 && strcmp(rows->at[i - 1]->name, row->name) == 0)
            return fail_set(why, ERR_INVALID, "command %s: name twice", row->name);
        if (row->code == 0)
            continue;
        if (rows->by_code[row->code] != 0)
            return fail_set(why, ERR_INVALID, "command %s: code twice", row->name);
        rows->by_code[row->code] = (int16_t)(i + 1);
    }
    return ERR_OK;
}

enum err command_rows_create(const struct command_table *tables, struct command_rows **rows_out,
                             struct fail *why)
{
    struct command_rows *rows;
    enum err rc = ERR_OK;
    size_t n = 0;

    *rows_out = NULL;
    for (const struct command_table *t = tables; t->n > 0; t++)
        n += (size_t)t->n;
    rows = calloc(1, sizeof *rows + n * sizeof(const struct command *));
    if (rows == NULL)
        return fail_set(why, ERR_NOMEM, "%zu commands", n);
    for (const struct command_table *t = tables; t->n > 0; t++)
        for (int i = 0; i < t->n && rc == ERR_OK; i++) {
            rc = check_row(&t->rows[i], why);
            rows->at[rows->n++] = &t->rows[i];
        }
    if (rc == ERR_OK)
        rc = index_rows(rows, why);
    if (rc != ERR_OK)
        command_rows_destroy(&rows);
    *rows_out = rows;
    return rc;
}

void command_rows_destroy(struct command_rows **rows)
{
    free(*rows);
    *rows = NULL;
}

int command_rows_n(const struct command_rows *rows)
{
    return rows->n;
}

const struct command *command_rows_at(const struct command_rows *rows, int index)
{
    return rows->at[index];
}

/* Names hold no NUL. */
static int compare(struct span name, const char *with)
{
    int order = strncmp((const char *)name.p, with, name.len);

    return order != 0 ? order : with[name.len] == '\0' ? 0 : -1;
}

int command_rows_find(const struct command_rows *rows, struct span name)
{
    int low = 0, high = rows->n;

    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = compare(name, rows->at[middle]->name);

        if (order == 0)
            return rows->at[middle]->code == 0 ? middle : -1;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

int command_rows_find_binary(const struct command_rows *rows, struct span message)
{
    int index = message.len == 0 ? -1 : rows->by_code[message.p[0]] - 1;
    const struct command *row = index < 0 ? NULL : rows->at[index];

    if (row == NULL || message.len < row->n_bytes)
        return -1;
    return message.len <= (row->n_bytes_most != 0 ? row->n_bytes_most : row->n_bytes) ? index
                                                                                      : -1;
}
