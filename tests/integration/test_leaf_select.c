/* tenants/handback/leaf_select.h: every leaf table is read in one go for its record and for the
 * log; what does not look so is left alone. */
#include "tenants/handback/leaf_select.h"

#include "node/db/audit_table.h"
#include "node/features.h"
#include "tests/t.h"

T_CASE(every_leaf_table_can_be_read_once) /* KP-3-調達-4 */
{
    struct leaf_select s;

    for (size_t i = 0; features_audit_tables[i] != NULL; i++) {
        const struct audit_table *table = features_audit_tables[i];

        T_OK(leaf_select_read(table->rows->sql, &s), table->table);
        T_EQ(leaf_select_find(&s, "id"), 0, table->table);
        T_OK(span_has_prefix(s.from, span_text(table->table)), table->table);
    }
}

T_CASE(a_select_of_a_leaf_table_is_taken_apart)
{
    static const struct {
        const char *sql;
        bool is_read;
        int at, cut_at; /* of "at" and of "day" */
    } rows[] = {
        {"SELECT id, at, to_char(day, 'YYYY, MM') FROM a WHERE id = ANY ($1::uuid[])", true, 1,
         -1},
        {"SELECT a.id, coalesce((SELECT b.at FROM b WHERE b.id = a.id), ' FROM '), a.day, a.at"
         " FROM a a WHERE a.id = ANY ($1::uuid[])",
         true, 3, 2},
        {"SELECT at, id FROM a WHERE id = ANY ($1::uuid[])", false, 0, 0},
        {"SELECT id, at FROM a WHERE id = ANY ($1::uuid[]) AND at > now()", false, 0, 0},
        {"SELECT id, at FROM a JOIN b ON true WHERE b = 1", false, 0, 0},
        {"SELECT id, at FROM a", false, 0, 0},
        {"WITH a AS (SELECT 1) SELECT id FROM a WHERE id = ANY ($1::uuid[])", false, 0, 0},
        {"", false, 0, 0},
    };
    struct leaf_select s;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        bool is_read = leaf_select_read(rows[i].sql, &s);

        T_EQ(is_read, rows[i].is_read, rows[i].sql);
        if (!is_read)
            continue;
        T_EQ(leaf_select_find(&s, "at"), rows[i].at, rows[i].sql);
        T_EQ(leaf_select_find(&s, "day"), rows[i].cut_at, rows[i].sql);
    }
}
