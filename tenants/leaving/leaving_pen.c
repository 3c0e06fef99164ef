/* The facts of a step, member by member. */
#include <inttypes.h>
#include <stdlib.h>

#include "tenants/leaving/leaving_step.h"

enum err leaving_pen_open(struct leaving_facts_pen *pen, struct fail *why)
{
    *pen = (struct leaving_facts_pen){.file = NULL};
    pen->file = open_memstream(&pen->bytes, &pen->len);
    if (pen->file == NULL)
        return fail_set(why, ERR_NOMEM, "facts");
    fputc('{', pen->file);
    return ERR_OK;
}

static void put_name(struct leaving_facts_pen *pen, const char *name)
{
    fprintf(pen->file, "%s\"%s\":", pen->has_member ? "," : "", name);
    pen->has_member = true;
}

void leaving_pen_raw(struct leaving_facts_pen *pen, const char *name, struct span json)
{
    put_name(pen, name);
    if (json.len > 0)
        fwrite(json.p, 1, json.len, pen->file);
}

void leaving_pen_text(struct leaving_facts_pen *pen, const char *name, struct span text)
{
    put_name(pen, name);
    fputc('"', pen->file);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];

        if (c == '"' || c == '\\')
            fprintf(pen->file, "\\%c", c);
        else if (c < 0x20 || c == 0x7f) /* none of ours holds one */
            fputc('?', pen->file);
        else
            fputc(c, pen->file);
    }
    fputc('"', pen->file);
}

void leaving_pen_int(struct leaving_facts_pen *pen, const char *name, int64_t number)
{
    put_name(pen, name);
    fprintf(pen->file, "%" PRId64, number);
}

void leaving_pen_document(struct leaving_facts_pen *pen, const char *name, struct span text)
{
    bool has_feed = text.len > 0 && text.p[text.len - 1] == '\n';

    leaving_pen_raw(pen, name, span_cut(text, 0, text.len - (has_feed ? 1 : 0)));
}

void leaving_pen_list(struct leaving_facts_pen *pen, const char *name)
{
    put_name(pen, name);
    fputc('[', pen->file);
    pen->has_member = false;
}

void leaving_pen_item(struct leaving_facts_pen *pen)
{
    fputs(pen->has_member ? ",{" : "{", pen->file);
    pen->has_member = false;
}

void leaving_pen_item_end(struct leaving_facts_pen *pen)
{
    fputc('}', pen->file);
    pen->has_member = true;
}

void leaving_pen_list_end(struct leaving_facts_pen *pen)
{
    fputc(']', pen->file);
    pen->has_member = true;
}

enum err leaving_pen_close(struct leaving_facts_pen *pen, struct arena *arena,
                           struct span *facts_out, struct fail *why)
{
    struct span facts;
    bool is_bad = fputc('}', pen->file) == EOF;

    is_bad = ferror(pen->file) != 0 || is_bad;
    is_bad = fclose(pen->file) != 0 || is_bad;
    facts = is_bad ? SPAN_NONE : arena_copy(arena, span_of(pen->bytes, pen->len));
    free(pen->bytes);
    *pen = (struct leaving_facts_pen){.file = NULL};
    if (facts.p == NULL)
        return fail_set(why, ERR_NOMEM, "facts");
    *facts_out = facts;
    return ERR_OK;
}
