/* Whose records a list showed: one row beside the entry of the access record, with its id, so
 * that "who saw this child" stays answerable for lists too (NI-2.3.4-2c). */
#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit_store.h"
#include "node/db/audit_table.h"

static const struct stmt shown_add = {
    "access_shown_add", "INSERT INTO access_shown (id, persons) VALUES ($1::uuid, $2::uuid[])"};
static const struct stmt shown_rows = {
    "access_shown_rows", "SELECT id, array_to_string(persons, ' ') FROM access_shown"
                         " WHERE id = ANY ($1::uuid[])"};
static const struct stmt shown_extra = {
    "access_shown_extra",
    "SELECT id FROM access_shown s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'access_shown')"};
const struct stmt *const shown_stmts[SHOWN_STMTS_N] = {&shown_add, &shown_rows, &shown_extra};

static const struct data_column columns[] = {
    {"id", "閲覧・操作の記録のID（access_record と同じ）", false},
    {"persons", "一覧に出した人のID", false},
    {NULL, NULL, false},
};
const struct data_table shown_tables[SHOWN_TABLES_N] = {{
    .name = "access_shown",
    .meaning_ja = "一覧でだれのデータを見たかの記録",
    .purpose_ja = "一覧の閲覧についても、だれのデータが見られたかをあとから確かめるため",
    .ground_ja = "委託契約（監査）、地方公共団体情報セキュリティポリシーガイドライン",
    .purpose_en = "whose data a list showed",
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON, /* ids only, as in access_record */
    .is_audit_leaf = true,
    .columns = columns,
}};

struct line {
    struct id id;
    struct span persons; /* ids parted by blanks */
};
static const struct jx_field fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct line, id)},
    {.name = "persons", .type = JX_TEXT, .offset = offsetof(struct line, persons)},
};
static const struct jx_shape shape = JX_SHAPE("AccessShownLeaf", struct line, fields);

static enum err canonical(const struct db_rows *rows, int row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct line line = {db_id(rows, row, 0), db_bytes(rows, row, 1)};

    return jx_write_canonical(&shape, &line, arena, bytes_out, why);
}

const struct audit_table audit_shown_table = {"access_shown", &shown_rows, &shown_extra,
                                              canonical};

enum err access_append_shown(struct tx *tx, const struct access_entry *entry, struct fail *why)
{
    size_t n = entry->n_shown, len = 0;
    char *text = arena_alloc(tx_arena(tx), n * ID_TEXT_CAP);
    struct line line = {.id = entry->id};
    struct db_args args;
    struct span bytes;
    enum err rc;

    if (n > ACCESS_SHOWN_CAP)
        return fail_set(why, ERR_INVALID, "%zu persons in one list", n);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "%zu ids", n);
    for (size_t i = 0; i < n; i++) {
        id_text(entry->shown[i], text + len);
        len += ID_TEXT_CAP - 1;
        if (i + 1 < n)
            text[len++] = ' ';
    }
    line.persons = span_of(text, len);
    rc = jx_write_canonical(&shape, &line, tx_arena(tx), &bytes, why);
    db_args_init(&args);
    db_arg_id(&args, entry->id);
    if (rc == ERR_OK)
        rc = store_arg_ids(&args, entry->shown, n, tx_arena(tx), why);
    if (rc == ERR_OK)
        rc = tx_send(tx, &shown_add, &args, why);
    return rc == ERR_OK
               ? audit_append(tx, "access.shown", "access_shown", entry->id, bytes, why)
               : rc;
}
