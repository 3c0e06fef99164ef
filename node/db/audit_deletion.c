#include "node/db/audit_deletion.h"

#include <inttypes.h>

#include "node/base/clock.h"
#include "node/db/audit_leaf.h"

enum err deletion_write(const struct deletion *deletion, struct arena *arena,
                        struct span *bytes_out, struct fail *why)
{
    char at[CLOCK_TEXT_CAP], id[ID_TEXT_CAP], *text;

    if (!leaf_is_name(deletion->rule) || !leaf_is_name(deletion->table))
        return fail_set(why, ERR_INVALID, "rule or table of a deletion");
    clock_utc_text(deletion->at_us, at);
    id_text(deletion->id, id);
    text = arena_printf(arena,
                        "{\"at\":\"%s\",\"id\":\"%s\",\"n_rows\":%" PRIu64
                        ",\"rule\":\"%.*s\",\"seqs\":\"%.*s\",\"table_name\":\"%.*s\"}",
                        at, id, deletion->n_rows, SPAN_ARG(deletion->rule),
                        SPAN_ARG(deletion->seqs), SPAN_ARG(deletion->table));
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a deletion of %" PRIu64 " rows", deletion->n_rows);
    *bytes_out = span_text(text);
    return ERR_OK;
}

/* The text up to the next quote, which is taken with it. */
static bool take_text(struct span *rest, struct span *text_out)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, '"', rest->len);

    if (end == NULL)
        return false;
    *text_out = span_of(rest->p, (size_t)(end - rest->p));
    *rest = span_from(*rest, text_out->len + 1);
    return true;
}

static bool take(struct span *rest, struct span literal)
{
    if (!span_has_prefix(*rest, literal))
        return false;
    *rest = span_from(*rest, literal.len);
    return true;
}

static bool take_count(struct span *rest, uint64_t *n_out)
{
    size_t n = 0;
    uint64_t v = 0;

    while (n < rest->len && n < 15 && rest->p[n] >= '0' && rest->p[n] <= '9')
        v = v * 10 + (uint64_t)(rest->p[n++] - '0');
    *n_out = v;
    *rest = span_from(*rest, n);
    return n > 0;
}

enum err deletion_read(struct span bytes, struct deletion *deletion_out, struct fail *why)
{
    struct deletion d = {0};
    struct span rest = bytes, at, id;

    if (!take(&rest, SPAN("{\"at\":\"")) || !take_text(&rest, &at) ||
        !take(&rest, SPAN(",\"id\":\"")) || !take_text(&rest, &id) ||
        id_parse(id, &d.id, NULL) != ERR_OK || !take(&rest, SPAN(",\"n_rows\":")) ||
        !take_count(&rest, &d.n_rows) || !take(&rest, SPAN(",\"rule\":\"")) ||
        !take_text(&rest, &d.rule) || !leaf_is_name(d.rule) ||
        !take(&rest, SPAN(",\"seqs\":\"")) || !take_text(&rest, &d.seqs) ||
        !take(&rest, SPAN(",\"table_name\":\"")) || !take_text(&rest, &d.table) ||
        !leaf_is_name(d.table) || !span_eq(rest, SPAN("}")))
        return fail_set(why, ERR_PROTO, "not the row of a deletion");
    *deletion_out = d;
    return ERR_OK;
}
