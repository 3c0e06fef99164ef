#include "node/db/settings_outlook.h"

#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"
#include "node/db/setting_value.h"

/* The latest decision stands; it settles an earlier one, that one again an earlier, and so on.
 */
void setting_lines_mark(struct setting_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        lines[i].is_undone = false;
    for (size_t i = n; i-- > 0;) {
        if (!lines[i].is_undone && lines[i].undoes > 0 && (size_t)lines[i].undoes <= i)
            lines[lines[i].undoes - 1].is_undone = true;
    }
}

const struct setting_line *setting_lines_in_force(const struct setting_line *lines, size_t n,
                                                  int64_t at_utc_us)
{
    const struct setting_line *best = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct setting_line *l = &lines[i];

        if (l->undoes == 0 && !l->is_undone && l->effective_from_utc_us <= at_utc_us &&
            (best == NULL || l->effective_from_utc_us >= best->effective_from_utc_us))
            best = l;
    }
    return best;
}

/* The next moment after `at` when a decision comes into force; INT64_MAX: none. */
static int64_t next_moment(const struct setting_line *lines, size_t n, int64_t at_utc_us)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < n; i++) {
        const struct setting_line *l = &lines[i];

        if (l->undoes == 0 && !l->is_undone && l->effective_from_utc_us > at_utc_us &&
            l->effective_from_utc_us < next)
            next = l->effective_from_utc_us;
    }
    return next;
}

/* line NULL: the default. A stored value the row refuses today (its range changed with a
 * release) gives way to the default and is logged. */
static enum err fill_ahead(const struct setting *row, const struct setting_line *line,
                           int64_t from_utc_us, struct arena *arena, struct ahead *ahead_out,
                           struct fail *why)
{
    struct span text = line != NULL && line->has_value ? line->value : span_text(row->initial);
    int64_t number = 0;
    bool is_default = line == NULL || !line->has_value;
    enum err rc = setting_value_read(row, text, arena, &number, NULL, why);

    if (rc == ERR_INVALID && !is_default) {
        log_warn("setting.refused", L_TEXT("setting", row->name),
                 L_INT("version", line->version));
        is_default = true;
        text = span_text(row->initial);
        rc = setting_value_read(row, text, arena, &number, NULL, why);
    }
    invariant(rc != ERR_INVALID, "default of setting %s breaks its own row", row->name);
    *ahead_out = (struct ahead){from_utc_us, number, text, is_default};
    return rc;
}

static struct setting_outlook *outlook_dup(const struct ahead *aheads, size_t n,
                                           int32_t version)
{
    size_t n_text = 0;
    struct setting_outlook *o;
    uint8_t *text;

    for (size_t i = 0; i < n; i++)
        n_text += aheads[i].text.len;
    o = calloc(1, sizeof *o + n * sizeof o->at[0] + n_text);
    if (o == NULL)
        return NULL;
    o->version = version;
    o->n = n;
    text = (uint8_t *)&o->at[n];
    for (size_t i = 0; i < n; i++) {
        o->at[i] = aheads[i];
        memcpy(text, aheads[i].text.p, aheads[i].text.len);
        o->at[i].text.p = text;
        text += aheads[i].text.len;
    }
    return o;
}

enum err setting_outlook_make(const struct setting *row, struct setting_line *lines, size_t n,
                              int64_t now_utc_us, struct arena *arena,
                              struct setting_outlook **outlook_out, struct fail *why)
{
    struct ahead *aheads = arena_alloc(arena, (n + 1) * sizeof *aheads);
    const struct setting_line *line;
    int64_t from = INT64_MIN;
    size_t n_aheads = 0;
    enum err rc = ERR_OK;

    if (aheads == NULL)
        return fail_set(why, ERR_NOMEM, "outlook");
    setting_lines_mark(lines, n);
    line = setting_lines_in_force(lines, n, now_utc_us);
    if (line != NULL)
        from = line->effective_from_utc_us;
    while (rc == ERR_OK && from != INT64_MAX) {
        rc = fill_ahead(row, line, from, arena, &aheads[n_aheads++], why);
        from = next_moment(lines, n, from > now_utc_us ? from : now_utc_us);
        line = setting_lines_in_force(lines, n, from);
    }
    if (rc != ERR_OK)
        return rc;
    *outlook_out = outlook_dup(aheads, n_aheads, n == 0 ? 0 : lines[n - 1].version);
    return *outlook_out == NULL ? fail_set(why, ERR_NOMEM, "outlook") : ERR_OK;
}
