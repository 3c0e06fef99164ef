#include "tenants/roster/finding.h"

#include <stdio.h>

#include "node/io/csv.h"

#define E ROSTER_ERROR
#define W ROSTER_WARNING
static const struct {
    const char *id, *ja;
    enum roster_severity severity;
} rules[ROSTER_RULES_N] = {
#define ROSTER_RULE_ROW(name, id_, severity_, ja_) [RULE_##name] = {id_, ja_, severity_},
    ROSTER_RULES(ROSTER_RULE_ROW)
#undef ROSTER_RULE_ROW
};
#undef E
#undef W

const char *roster_rule_id(enum roster_rule rule)
{
    return rules[rule].id;
}

const char *roster_rule_ja(enum roster_rule rule)
{
    return rules[rule].ja;
}

enum roster_severity roster_rule_severity(enum roster_rule rule)
{
    return rules[rule].severity;
}

static const char *severity_ja(enum roster_severity severity)
{
    return severity == ROSTER_ERROR ? "誤り" : "注意";
}

const char *roster_finding_text(const struct roster_finding *f, struct arena *arena)
{
    char line[24] = "";

    if (f->line > 0)
        snprintf(line, sizeof line, " %d行", f->line);
    return arena_printf(arena, "%s %s%s%s%s: %s [%s]", severity_ja(f->severity),
                        *f->file == '\0' ? "（全体）" : f->file, line,
                        *f->column == '\0' ? "" : " ", f->column, rules[f->rule].ja,
                        rules[f->rule].id);
}

static void write_text(struct csv_writer *w, const char *text)
{
    csv_write(w, span_text(text));
}

static void write_finding(struct csv_writer *w, const struct roster_finding *f)
{
    char line[16] = "";

    if (f->line > 0)
        snprintf(line, sizeof line, "%d", f->line);
    write_text(w, severity_ja(f->severity));
    write_text(w, rules[f->rule].id);
    write_text(w, f->file);
    write_text(w, line);
    write_text(w, f->column);
    write_text(w, rules[f->rule].ja);
    csv_end_row(w);
}

enum err roster_findings_csv(const struct roster_findings *findings, bool has_bom,
                             struct arena *arena, struct span *csv_out, struct fail *why)
{
    static const char *const heads[] = {"重さ", "規則", "ファイル", "行", "列", "説明"};
    struct csv_writer w;
    struct span text;
    enum err rc;

    *csv_out = SPAN_NONE;
    csv_writer_init(&w, CSV_FOR_PEOPLE | (has_bom ? CSV_BOM : 0));
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        write_text(&w, heads[i]);
    csv_end_row(&w);
    for (size_t i = 0; i < findings->n; i++)
        write_finding(&w, &findings->at[i]);
    rc = csv_written(&w, &text, why);
    if (rc == ERR_OK) {
        *csv_out = arena_copy(arena, text);
        if (csv_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "findings");
    }
    csv_writer_fini(&w);
    return rc;
}
