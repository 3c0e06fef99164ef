/* One field that holds something, checked by itself. */
#include "node/base/utf.h"
#include "node/io/csv.h"
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

struct place {
    struct reading *reading;
    enum roster_file file;
    int line;
    const struct roster_column *column;
};

static void find(const struct place *at, enum roster_rule rule)
{
    roster_find(at->reading, rule, at->file, at->line, at->column->name);
}

/* What cleaning would change: characters nobody sees, marks apart from their letters. */
static bool is_unclean(struct reading *reading, struct span text)
{
    struct span clean;
    enum err rc = utf_clean(text, 0, reading->scratch, &clean, NULL);

    if (rc == ERR_NOMEM)
        reading->is_out_of_memory = true;
    return rc == ERR_OK && !span_eq(clean, text);
}

static void check_text(const struct place *at, struct span text, enum roster_rule halfwidth)
{
    struct span trimmed = value_trim(text);

    if (value_has_control(text)) {
        find(at, RULE_FIELD_CONTROL);
        return;
    }
    if (trimmed.len != text.len)
        find(at, RULE_FIELD_BLANKS);
    if (value_has_halfwidth_kana(text))
        find(at, halfwidth);
    else if (at->column->kind == COLUMN_KANA && !value_is_kana(trimmed))
        find(at, RULE_KANA_SCRIPT);
    if (is_unclean(at->reading, trimmed))
        find(at, RULE_FIELD_INVISIBLE);
    if (csv_is_formula(trimmed))
        find(at, RULE_FIELD_FORMULA);
}

static void check_code(const struct place *at, struct span text)
{
    bool is_phone =
        strcmp(at->column->name, "sms") == 0 || strcmp(at->column->name, "phone") == 0;

    if (value_has_control(text))
        find(at, RULE_FIELD_CONTROL);
    else if (!is_phone && csv_is_formula(text))
        find(at, RULE_FIELD_FORMULA);
}

static void check_id(const struct place *at, struct span text)
{
    if (value_has_control(text))
        find(at, RULE_FIELD_CONTROL);
    else if (!value_is_uuid4(text))
        find(at, RULE_ID_FORM);
    else if (value_has_upper(text))
        find(at, RULE_ID_CASE);
}

static void check_choice(const struct place *at, struct span text)
{
    switch (value_choose(text, at->column->choices)) {
    case VALUE_CHOSEN:
        break;
    case VALUE_CASED:
        find(at, RULE_VALUE_CASE);
        break;
    case VALUE_NONE:
        if (at->column->kind == COLUMN_ENUM && span_has_prefix(text, SPAN("ext:")))
            find(at, RULE_VALUE_EXTENSION);
        else
            find(at, RULE_VALUE_CHOICE);
        break;
    }
}

static void check_list(const struct place *at, struct span text)
{
    struct span item;

    while (value_next_item(&text, &item)) {
        if (item.len == 0 || value_trim(item).len != item.len) {
            find(at, RULE_LIST_FORM);
            return;
        }
        if (value_has_control(item)) {
            find(at, RULE_FIELD_CONTROL);
            return;
        }
        if (at->column->kind == COLUMN_GRADES && !value_is_grade(item)) {
            find(at, RULE_GRADE_CODE);
            return;
        }
    }
}

static void check_empty(const struct place *at)
{
    find(at, strcmp(at->column->name, "status") == 0             ? RULE_BULK_STATUS
             : strcmp(at->column->name, "dateLastModified") == 0 ? RULE_BULK_MODIFIED
                                                                 : RULE_COURSE_CODE);
}

void roster_check_field(struct reading *reading, enum roster_file file, int line,
                        const struct roster_column *column, struct span *cell)
{
    struct place at = {reading, file, line, column};
    struct roster_day day;
    int number;

    switch (column->kind) {
    case COLUMN_TEXT:
        check_text(&at, *cell, RULE_TEXT_HALFWIDTH);
        break;
    case COLUMN_KANA:
        check_text(&at, *cell, RULE_KANA_HALFWIDTH);
        break;
    case COLUMN_CODE:
    case COLUMN_REF: /* whether it leads somewhere is seen later */
        check_code(&at, *cell);
        break;
    case COLUMN_ID:
        check_id(&at, *cell);
        break;
    case COLUMN_UUID:
        if (!value_is_uuid4(*cell))
            find(&at, RULE_MASTER_FORM);
        break;
    case COLUMN_DATE:
        if (!value_day(*cell, &day))
            find(&at, RULE_DATE_FORM);
        break;
    case COLUMN_YEAR:
        if (cell->len != 4 || !value_number(*cell, 4, &number))
            find(&at, RULE_NUMBER_FORM);
        break;
    case COLUMN_NUMBER:
        if (!value_number(*cell, 4, &number))
            find(&at, RULE_NUMBER_FORM);
        break;
    case COLUMN_BOOL:
    case COLUMN_ENUM:
        check_choice(&at, *cell);
        break;
    case COLUMN_REFS:
    case COLUMN_GRADES:
    case COLUMN_LIST:
        check_list(&at, *cell);
        break;
    case COLUMN_EMPTY:
        check_empty(&at);
        break;
    case COLUMN_SECRET: /* not kept, not even until the package is forgotten */
        find(&at, RULE_SECRET_PRESENT);
        *cell = SPAN_NONE;
        break;
    case COLUMN_MAIL:
        if (!value_is_mail(*cell))
            find(&at, RULE_MAIL_FORM);
        break;
    }
}
