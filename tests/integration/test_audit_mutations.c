/* 10,000 things a database superuser could do to the audit log, each tried on its own,
 * verified, and taken back; and after every tenth the untouched log must verify clean
 * (NI-T3-8): that a rollback brings all back is PostgreSQL's word, what is tried is that the
 * verdict is not one of before. The database is the attacker's; the checkpoint file, the head
 * file beside it and the signing key are not. */
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/db/audit_store.h"
#include "node/db/note.h"
#include "tests/integration/audit_fixture.h"
#include "tests/t.h"

#define N_ROUNDS     10000
#define CLEAN_ROUNDS 10 /* N_ROUNDS is a multiple */
#define N_EPOCHS     3
#define YEAR_US      INT64_C(31557600000000)

static struct audit_fixture f;
static unsigned seed = 20261121;
static unsigned n_leaves, n_epochs; /* of the log under attack */
static EVP_PKEY *forger;            /* the attacker's own signing key */
static struct note_key forged_key;

static unsigned pick(unsigned n)
{
    return (unsigned)rand_r(&seed) % n;
}

/* What the attacker knows: how a leaf and a row of the access record become hashes. An
 * implementation in SQL, independent of the one under test. */
static const char tools[] =
    "CREATE SCHEMA evil;"
    "CREATE FUNCTION evil.named(t text) RETURNS bytea LANGUAGE sql AS"
    " $$ SELECT set_byte('\\x00'::bytea, 0, length(t)) || convert_to(t, 'UTF8') $$;"
    "CREATE FUNCTION evil.hash(l audit_leaf) RETURNS bytea LANGUAGE sql AS"
    " $$ SELECT sha256('\\x00'::bytea || evil.named(l.kind) || int8send(l.at_us)"
    " || evil.named(l.table_name) || uuid_send(l.row_id) || l.commitment) $$;"
    "CREATE FUNCTION evil.row(a access_record) RETURNS text LANGUAGE sql AS"
    " $$ SELECT '{' || coalesce('\"account\":\"' || a.account || '\",', '')"
    " || '\"action\":\"' || a.action || '\",\"address\":\"' || a.address || '\",\"at\":\"'"
    " || to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    " || '\",\"id\":\"' || a.id || '\",' || coalesce('\"object\":\"' || a.object || '\",', '')"
    " || coalesce('\"operator_name\":\"' || a.operator_name || '\",', '')"
    " || '\"outcome\":\"' || a.outcome || '\",'"
    " || coalesce('\"person\":\"' || a.person || '\",', '')"
    " || '\"purpose\":\"' || a.purpose || '\",\"role\":\"' || a.role || '\",\"route\":\"'"
    " || a.route || '\"}' $$;"
    "CREATE FUNCTION evil.deletion(d audit_deletion) RETURNS text LANGUAGE sql AS"
    " $$ SELECT '{\"at\":\"' || to_char(d.at AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    " || format('\",\"id\":\"%s\",\"n_rows\":%s,\"rule\":\"%s\",', d.id, d.n_rows, d.rule)"
    " || format('\"seqs\":\"%s\",\"table_name\":\"%s\"}', d.seqs, d.table_name) $$;"
    /* makes every leaf from first on open and hash again */
    "CREATE FUNCTION evil.restamp(first bigint) RETURNS void LANGUAGE sql AS $$"
    " UPDATE audit_leaf l SET commitment = sha256(l.salt || convert_to(evil.row(a), 'UTF8'))"
    " FROM access_record a WHERE a.id = l.row_id AND l.seq >= first AND l.salt IS NOT NULL;"
    " UPDATE audit_leaf l SET commitment = sha256(l.salt || convert_to(evil.deletion(d),"
    " 'UTF8')) FROM audit_deletion d WHERE d.id = l.row_id AND l.seq >= first;"
    " UPDATE audit_leaf l SET leaf_hash = evil.hash(l) WHERE l.seq >= first $$;"
    /* moves every leaf from first on by so many numbers */
    "CREATE FUNCTION evil.shift(first bigint, by bigint) RETURNS void LANGUAGE sql AS $$"
    " UPDATE audit_leaf SET seq = seq + 1000000 WHERE seq >= first;"
    " UPDATE audit_leaf SET seq = seq - 1000000 + by WHERE seq >= 1000000 $$;"
    /* a new, complete, correctly hashed leaf with its row */
    "CREATE FUNCTION evil.add(s bigint) RETURNS void LANGUAGE sql AS $$"
    " WITH a AS (INSERT INTO access_record SELECT gen_random_uuid(), now(), 'person.read',"
    " 'supporter', NULL, NULL, '198.51.100.1', NULL, gen_random_uuid(), 'read', 'ok', ''"
    " RETURNING *) INSERT INTO audit_leaf SELECT s, 'access.read',"
    " (extract(epoch FROM now()) * 1000000)::bigint, 'access_record', a.id,"
    " '\\x000102030405060708090a0b0c0d0e0f'::bytea, sha256(''), sha256('') FROM a;"
    " SELECT evil.restamp(s) $$;";

/* ---- the log under attack ---- */

struct deletion_call {
    struct id *rows;
    size_t n;
};

static enum err run_deletion(struct tx *tx, void *arg, struct fail *why)
{
    const struct deletion_call *call = arg;

    return audit_append_deletion(tx, "retention.expired", "access_record", call->rows, call->n,
                                 why);
}

static void build(void)
{
    struct verify_result result;

    audit_fixture_start(&f);
    audit_fixture_sql(&f, "%s", tools);
    for (n_epochs = 0; n_epochs < N_EPOCHS; n_epochs++) {
        struct id old[4];
        struct deletion_call call = {old, 2};

        audit_fixture_append(&f, 4, clock_utc_us() - 6 * YEAR_US, old);
        audit_fixture_append(&f, 4 + n_epochs, clock_utc_us(), NULL);
        audit_fixture_sql(&f,
                          "CREATE SCHEMA kept%u; CREATE TABLE kept%u.leaf AS TABLE audit_leaf;"
                          "CREATE TABLE kept%u.access AS TABLE access_record;"
                          "CREATE TABLE kept%u.checkpoint AS TABLE audit_checkpoint;"
                          "CREATE TABLE kept%u.deletion AS TABLE audit_deletion",
                          n_epochs, n_epochs, n_epochs, n_epochs, n_epochs);
        T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_OK, "a lawful deletion");
        audit_fixture_checkpoint(&f);
    }
    audit_fixture_append(&f, 3, clock_utc_us(), NULL); /* a tail no checkpoint covers yet */
    n_leaves = (unsigned)audit_head_read(f.audit).n_leaves;
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean before the attack");
    T_EQ(result.n_leaves, n_leaves, "leaves");
    T_EQ(result.n_closed, 2 * N_EPOCHS, "lawfully deleted");
    T_EQ(result.n_stored, N_EPOCHS, "checkpoints");
    /* The attacker's arithmetic is right: restamping an honest log changes nothing. */
    audit_fixture_sql(&f, "BEGIN");
    audit_fixture_sql(&f, "SELECT evil.restamp(0)");
    T_TEXT(audit_fixture_verify_here(&f, &result), "", "restamped as it was");
    audit_fixture_sql(&f, "ROLLBACK");
}

/* ---- the attacker's checkpoints ---- */

static enum err collect(const struct db_rows *row, void *arg, struct fail *why)
{
    struct merkle *tree = arg;
    struct hash256 h;

    (void)why;
    memcpy(h.b, db_bytes(row, 0, 1).p, sizeof h.b);
    merkle_append(tree + 1, &h);
    if (tree[1].n == tree[0].n)
        tree[0] = tree[1];
    return ERR_OK;
}

static const char *hex(struct span bytes)
{
    static char text[2][4096];
    static int turn;
    char *p = text[turn ^= 1];

    for (size_t i = 0; i < bytes.len; i++)
        snprintf(p + 2 * i, 3, "%02x", bytes.p[i]);
    p[2 * bytes.len] = '\0';
    return p;
}

/* A whole checkpoint of the database as it is now, signed by the attacker's key. */
static void forge_checkpoint(uint64_t size)
{
    static struct merkle tree[2];
    uint8_t frontier[MERKLE_FRONTIER_CAP], signature[NOTE_SIGNATURE_BYTES];
    char text[NOTE_CAP], note[NOTE_CAP];
    size_t len, signature_len = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    struct hash256 root;

    merkle_init(&tree[1]);
    tree[0].n = size; /* collect stops copying there */
    if (store_stream_hashes(f.owner, 0, collect, tree, NULL) != ERR_OK)
        abort();
    if (tree[1].n < size)
        tree[0] = tree[1];
    root = merkle_root(&tree[0]);
    len = note_text_into(span_text(f.key.name), size, &root, text);
    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, forger) != 1 ||
        EVP_DigestSign(ctx, signature, &signature_len, (uint8_t *)text, len) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
    len = note_into(span_of(text, len), pick(2) == 0 ? &forged_key : &f.key, signature, note);
    audit_fixture_sql(&f,
                      "INSERT INTO audit_checkpoint VALUES (%llu, '\\x%s', '\\x%s', '%.*s')"
                      " ON CONFLICT (size) DO UPDATE SET root = excluded.root,"
                      " frontier = excluded.frontier, note = excluded.note",
                      (unsigned long long)size, hex(hash256_span(&root)),
                      hex(span_of(frontier, merkle_frontier_into(&tree[0], frontier))),
                      (int)len, note);
}

static void forge_all_checkpoints(void)
{
    struct db_rows *rows = NULL;

    if (store_checkpoints(f.owner, 0, 100, &rows, NULL) != ERR_OK)
        abort();
    for (int i = 0; i < db_rows_n(rows); i++)
        forge_checkpoint(store_checkpoint_at(rows, i).size);
    db_rows_free(&rows);
}

/* ---- mutations; each changes something, whatever the dice say ---- */

/* seq of a leaf whose row is still there. */
static unsigned open_leaf(void)
{
    for (;;) {
        unsigned seq = pick(n_leaves), epoch_at = 0;
        bool is_closed = false;

        for (unsigned e = 0; e < N_EPOCHS; e++) {
            is_closed = is_closed || seq == epoch_at || seq == epoch_at + 1;
            epoch_at += 4 + 4 + e + 1;
        }
        if (!is_closed)
            return seq;
    }
}

/* seq of the deletion leaf of an epoch. */
static unsigned deletion_leaf(unsigned epoch)
{
    unsigned at = 0;

    for (unsigned e = 0; e < epoch; e++)
        at += 4 + 4 + e + 1;
    return at + 8 + epoch;
}

static unsigned access_leaf(void)
{
    for (;;) {
        unsigned seq = open_leaf(), is_deletion = 0;

        for (unsigned e = 0; e < N_EPOCHS; e++)
            is_deletion |= seq == deletion_leaf(e);
        if (!is_deletion)
            return seq;
    }
}

#define OF_LEAF " FROM audit_leaf l WHERE l.row_id = a.id AND l.seq = %u"

static void edit_row(unsigned seq)
{
    static const char *const sets[] = {
        "at = a.at + interval '1 microsecond'",
        "route = a.route || '2'",
        "role = CASE WHEN a.role = 'auditor' THEN 'analyst' ELSE 'auditor' END",
        "account = gen_random_uuid()",
        "operator_name = coalesce(a.operator_name, '') || 'x'",
        "address = '203.0.113.9'",
        "object = gen_random_uuid()",
        "person = gen_random_uuid()",
        "action = CASE a.action WHEN 'read' THEN 'change' ELSE 'read' END",
        "outcome = 'denied'",
        "purpose = ''",
    };

    audit_fixture_sql(&f, "UPDATE access_record a SET %s" OF_LEAF, sets[pick(T_COUNT(sets))],
                      seq);
}

static void m_edit_row(void)
{
    edit_row(access_leaf());
}

static void flip(const char *table, const char *column, unsigned n_bytes, const char *where,
                 unsigned seq)
{
    unsigned at = pick(n_bytes);

    audit_fixture_sql(
        &f, "UPDATE %s SET %s = set_byte(%s, %u, get_byte(%s, %u) # %u) WHERE %s = %u", table,
        column, column, at, column, at, 1u << pick(8), where, seq);
}

static void edit_leaf(unsigned seq)
{
    switch (pick(4)) {
    case 0:
        audit_fixture_sql(&f, "UPDATE audit_leaf SET kind = kind || 'x' WHERE seq = %u", seq);
        break;
    case 1:
        audit_fixture_sql(&f, "UPDATE audit_leaf SET at_us = at_us + %u WHERE seq = %u",
                          1 + pick(1000000), seq);
        break;
    case 2:
        audit_fixture_sql(&f, "UPDATE audit_leaf SET row_id = gen_random_uuid() WHERE seq = %u",
                          seq);
        break;
    default:
        audit_fixture_sql(&f, "UPDATE audit_leaf SET table_name = 'setting' WHERE seq = %u",
                          seq);
        break;
    }
}

static void m_edit_leaf(void)
{
    edit_leaf(pick(n_leaves));
}

static void m_edit_leaf_and_hash(void)
{
    unsigned seq = pick(n_leaves);

    edit_leaf(seq);
    audit_fixture_sql(&f, "UPDATE audit_leaf l SET leaf_hash = evil.hash(l) WHERE seq = %u",
                      seq);
}

static void m_flip_hash(void)
{
    switch (pick(3)) {
    case 0:
        flip("audit_leaf", "salt", 16, "seq", open_leaf());
        break;
    case 1:
        flip("audit_leaf", "commitment", 32, "seq", pick(n_leaves));
        break;
    default:
        flip("audit_leaf", "leaf_hash", 32, "seq", pick(n_leaves));
        break;
    }
}

static void m_delete_row(void)
{
    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                      " AND l.seq = %u",
                      access_leaf());
}

static void m_delete_leaf(void)
{
    audit_fixture_sql(&f, "DELETE FROM audit_leaf WHERE seq = %u", pick(n_leaves));
}

static void delete_both(unsigned seq)
{
    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                      " AND l.seq = %u; DELETE FROM audit_leaf WHERE seq = %u",
                      seq, seq);
}

static void m_delete_and_close_up(void)
{
    unsigned seq = access_leaf();

    delete_both(seq);
    audit_fixture_sql(&f, "SELECT evil.shift(%u, -1)", seq + 1);
    if (pick(2) == 0)
        forge_all_checkpoints();
}

static void m_truncate(void)
{
    unsigned from = pick(n_leaves);

    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                      " AND l.seq >= %u",
                      from);
    audit_fixture_sql(&f,
                      "DELETE FROM audit_deletion d USING audit_leaf l WHERE l.row_id = d.id"
                      " AND l.seq >= %u; DELETE FROM audit_leaf WHERE seq >= %u",
                      from, from);
    if (pick(2) == 0)
        audit_fixture_sql(&f, "DELETE FROM audit_checkpoint WHERE size > %u", from);
}

static void m_truncate_all(void)
{
    audit_fixture_sql(&f,
                      "TRUNCATE audit_leaf, audit_checkpoint, audit_deletion, access_record");
}

static void m_insert_row(void)
{
    audit_fixture_sql(&f, "INSERT INTO access_record SELECT gen_random_uuid(), at, route, role,"
                          " account, operator_name, address, object, person, action, outcome,"
                          " purpose FROM access_record LIMIT 1");
}

static void m_insert_leaf(void)
{
    unsigned at = pick(n_leaves);

    audit_fixture_sql(&f, "SELECT evil.shift(%u, 1)", at);
    audit_fixture_sql(&f, "SELECT evil.add(%u)", at);
    if (pick(2) == 0)
        forge_all_checkpoints();
}

static void m_append_leaf(void)
{
    audit_fixture_sql(&f, "SELECT evil.add(%u)", n_leaves + (pick(4) == 0 ? pick(5) : 0));
}

static void m_replace_tail(void)
{
    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                      " AND l.seq = %u; DELETE FROM audit_leaf WHERE seq = %u",
                      n_leaves - 1, n_leaves - 1);
    audit_fixture_sql(&f, "SELECT evil.add(%u)", n_leaves - 1);
}

static void m_swap_leaves(void)
{
    unsigned a = pick(n_leaves), b = (a + 1 + pick(n_leaves - 1)) % n_leaves;

    audit_fixture_sql(&f,
                      "UPDATE audit_leaf SET seq = 1000000 WHERE seq = %u;"
                      "UPDATE audit_leaf SET seq = %u WHERE seq = %u;"
                      "UPDATE audit_leaf SET seq = %u WHERE seq = 1000000",
                      a, a, b, b);
}

static void m_reverse_range(void)
{
    unsigned a = pick(n_leaves - 1), b = a + 1 + pick(n_leaves - a - 1);

    audit_fixture_sql(&f,
                      "UPDATE audit_leaf SET seq = 1000000 + %u - seq WHERE seq BETWEEN %u"
                      " AND %u; UPDATE audit_leaf SET seq = seq - 1000000 WHERE seq >"
                      " 900000",
                      a + b, a, b);
}

static void m_swap_rows(void)
{
    unsigned a = access_leaf(), b;

    do
        b = access_leaf();
    while (b == a);
    audit_fixture_sql(
        &f,
        "CREATE TEMP TABLE two ON COMMIT DROP AS SELECT a.id, l.seq FROM access_record a"
        " JOIN audit_leaf l ON l.row_id = a.id WHERE l.seq IN (%u, %u);"
        "UPDATE access_record SET id = gen_random_uuid(), object = two.id FROM two"
        " WHERE access_record.id = two.id;"
        "UPDATE access_record SET id = (SELECT id FROM two WHERE id <> access_record.object),"
        " object = gen_random_uuid() WHERE object IN (SELECT id FROM two);"
        "DROP TABLE two",
        a, b);
}

static void restore(unsigned epoch, bool with_rest)
{
    audit_fixture_sql(&f,
                      "DELETE FROM audit_leaf; INSERT INTO audit_leaf SELECT * FROM"
                      " kept%u.leaf",
                      epoch);
    if (!with_rest)
        return;
    audit_fixture_sql(
        &f,
        "DELETE FROM access_record; DELETE FROM audit_checkpoint; DELETE FROM audit_deletion;"
        "INSERT INTO access_record SELECT * FROM kept%u.access;"
        "INSERT INTO audit_checkpoint SELECT * FROM kept%u.checkpoint;"
        "INSERT INTO audit_deletion SELECT * FROM kept%u.deletion",
        epoch, epoch, epoch);
}

static void m_roll_back_whole(void)
{
    restore(pick(N_EPOCHS), true);
}

static void m_roll_back_leaves(void)
{
    restore(pick(N_EPOCHS), false);
}

static void m_roll_back_and_grow(void)
{
    unsigned epoch = pick(N_EPOCHS), n = deletion_leaf(epoch);

    restore(epoch, true);
    while (n < n_leaves)
        audit_fixture_sql(&f, "SELECT evil.add(%u)", n++);
    if (pick(2) == 0)
        forge_checkpoint(n_leaves);
}

static void m_edit_and_restamp(void)
{
    unsigned seq = access_leaf();

    edit_row(seq);
    audit_fixture_sql(&f, "SELECT evil.restamp(%u)", seq);
    if (pick(2) == 0)
        forge_all_checkpoints();
}

static void m_forge_checkpoint(void)
{
    forge_checkpoint(1 + pick(n_leaves + 3));
}

static const char any_checkpoint[] =
    "(SELECT size FROM audit_checkpoint ORDER BY size OFFSET %u LIMIT 1)";

static void m_edit_checkpoint(void)
{
    static const char *const sets[] = {
        "root = set_byte(root, 7, get_byte(root, 7) # 1)",
        "frontier = set_byte(frontier, 31, get_byte(frontier, 31) # 128)",
        "frontier = substr(frontier, 33)",
        "note = note || note",
        "note = replace(note, 'test.ibasho', 'best.ibasho')",
        "note = overlay(note placing '99' from 13 for 2)",
        "size = size + 1",
        "size = size - 1",
        "note = ''",
        "note = rtrim(note, E'\\n')",
    };
    char where[128];
    const char *set = sets[pick(T_COUNT(sets))];

    snprintf(where, sizeof where, any_checkpoint, pick(N_EPOCHS));
    audit_fixture_sql(&f, "UPDATE audit_checkpoint SET %s WHERE size = %s", set, where);
}

static void m_delete_checkpoint(void)
{
    char where[128];

    snprintf(where, sizeof where, any_checkpoint, pick(N_EPOCHS));
    audit_fixture_sql(&f, "DELETE FROM audit_checkpoint WHERE size = %s", where);
}

static void m_bring_back_deleted(void)
{
    unsigned epoch = pick(N_EPOCHS), first = epoch == 0 ? 0 : deletion_leaf(epoch - 1) + 1;
    unsigned seq = first + pick(2);

    audit_fixture_sql(&f,
                      "INSERT INTO access_record SELECT k.* FROM kept%u.access k JOIN"
                      " audit_leaf l ON l.row_id = k.id WHERE l.seq = %u",
                      epoch, seq);
    if (pick(2) == 0)
        audit_fixture_sql(&f,
                          "UPDATE audit_leaf l SET salt = k.salt FROM kept%u.leaf k WHERE"
                          " k.seq = l.seq AND l.seq = %u",
                          epoch, seq);
}

static void m_edit_deletion(void)
{
    static const char *const sets[] = {"rule = 'other.rule'",    "n_rows = n_rows + 1",
                                       "seqs = seqs || ',8'",    "seqs = '4'",
                                       "table_name = 'setting'", "at = at - interval '1 day'"};
    unsigned seq = deletion_leaf(pick(N_EPOCHS));

    audit_fixture_sql(&f, "UPDATE audit_deletion a SET %s" OF_LEAF, sets[pick(T_COUNT(sets))],
                      seq);
    if (pick(2) == 0)
        audit_fixture_sql(&f, "SELECT evil.restamp(%u)", seq);
}

static void m_delete_unlawfully(void)
{
    unsigned seq = access_leaf();

    if (pick(2) == 0)
        audit_fixture_sql(&f,
                          "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id ="
                          " a.id AND l.seq = %u",
                          seq);
    audit_fixture_sql(&f, "UPDATE audit_leaf SET salt = NULL WHERE seq = %u", seq);
}

static void m_delete_with_forged_leaf(void)
{
    unsigned seq = access_leaf();

    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                      " AND l.seq = %u; UPDATE audit_leaf SET salt = NULL WHERE seq = %u",
                      seq, seq);
    audit_fixture_sql(
        &f,
        "WITH d AS (INSERT INTO audit_deletion VALUES (gen_random_uuid(), now(),"
        " 'retention.expired', 'access_record', 1, '%u') RETURNING id)"
        " INSERT INTO audit_leaf SELECT %u, 'log.deletion', 1795000000000000,"
        " 'audit_deletion', d.id, '\\x000102030405060708090a0b0c0d0e0f'::bytea, sha256(''),"
        " sha256('') FROM d; SELECT evil.restamp(%u)",
        seq, n_leaves, n_leaves);
    if (pick(2) == 0)
        forge_checkpoint(n_leaves + 1);
}

static void m_double_leaf(void)
{
    unsigned seq = pick(n_leaves);

    audit_fixture_sql(&f,
                      "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_pkey;"
                      "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_row_id_table_name_key;"
                      "INSERT INTO audit_leaf SELECT %s, kind, at_us, table_name, row_id,"
                      " salt, commitment, leaf_hash FROM audit_leaf WHERE seq = %u",
                      pick(2) == 0 ? "seq" : "seq + 100", seq);
}

static void m_double_row(void)
{
    audit_fixture_sql(&f,
                      "ALTER TABLE access_record DROP CONSTRAINT access_record_pkey;"
                      "INSERT INTO access_record SELECT a.* FROM access_record a JOIN"
                      " audit_leaf l ON l.row_id = a.id WHERE l.seq = %u",
                      access_leaf());
}

static const struct {
    const char *what;
    void (*run)(void);
    unsigned weight;
} mutations[] = {
    {"edit a row", m_edit_row, 12},
    {"edit a leaf", m_edit_leaf, 10},
    {"edit a leaf, hash it again", m_edit_leaf_and_hash, 8},
    {"flip a bit of a salt or hash", m_flip_hash, 10},
    {"delete a row", m_delete_row, 4},
    {"delete a leaf", m_delete_leaf, 6},
    {"delete row and leaf, close the gap", m_delete_and_close_up, 6},
    {"cut off the end", m_truncate, 8},
    {"empty everything", m_truncate_all, 1},
    {"insert a row", m_insert_row, 3},
    {"insert a complete leaf in the middle", m_insert_leaf, 6},
    {"append a complete leaf", m_append_leaf, 4},
    {"replace the last leaf", m_replace_tail, 3},
    {"swap two leaves", m_swap_leaves, 8},
    {"reverse a range", m_reverse_range, 4},
    {"swap two rows", m_swap_rows, 3},
    {"restore old copies of all tables", m_roll_back_whole, 5},
    {"restore an old copy of the leaves", m_roll_back_leaves, 4},
    {"restore old copies, grow to the same size", m_roll_back_and_grow, 3},
    {"edit a row, restamp all, forge checkpoints", m_edit_and_restamp, 10},
    {"forge a checkpoint", m_forge_checkpoint, 5},
    {"edit a checkpoint", m_edit_checkpoint, 6},
    {"delete a checkpoint", m_delete_checkpoint, 3},
    {"bring back what was lawfully deleted", m_bring_back_deleted, 3},
    {"edit a lawful deletion", m_edit_deletion, 5},
    {"delete without a deletion leaf", m_delete_unlawfully, 4},
    {"delete with a forged deletion leaf", m_delete_with_forged_leaf, 4},
    {"double a leaf", m_double_leaf, 1},
    {"double a row", m_double_row, 1},
};

static size_t pick_mutation(void)
{
    unsigned sum = 0, at;

    for (size_t i = 0; i < T_COUNT(mutations); i++)
        sum += mutations[i].weight;
    at = pick(sum);
    for (size_t i = 0;; i++) {
        if (at < mutations[i].weight)
            return i;
        at -= mutations[i].weight;
    }
}

T_CASE(audit_10000_changes_by_a_superuser_are_all_found)
{
    static unsigned n_tried[T_COUNT(mutations)], n_found[T_COUNT(mutations)];
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    size_t len = sizeof public_key;
    struct verify_result result;
    unsigned n_all = 0, n_dirty = 0;

    T_REQ("NI-T3-8");
    forger = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    T_OK(forger != NULL && EVP_PKEY_get_raw_public_key(forger, public_key, &len) == 1, "key");
    T_EQ(note_key_init(SPAN("test.ibasho"), public_key, &forged_key, NULL), ERR_OK, "key");
    build();
    printf("  seed %u, %u leaves, %d rounds\n", seed, n_leaves, N_ROUNDS);
    for (int round = 0; round < N_ROUNDS && t_case_ok(); round++) {
        size_t i = pick_mutation();
        const char *codes;

        if (round % 250 == 0) /* what was taken back is dead weight */
            audit_fixture_sql(&f, "VACUUM audit_leaf, access_record, audit_checkpoint");
        audit_fixture_sql(&f, "BEGIN");
        mutations[i].run();
        codes = audit_fixture_verify_here(&f, &result);
        n_tried[i]++;
        n_found[i] += result.n_findings > 0 && codes[0] != '\0';
        if (result.n_findings == 0)
            printf("  round %d: not found: %s\n", round, mutations[i].what);
        audit_fixture_sql(&f, "ROLLBACK");
        if (round % CLEAN_ROUNDS != CLEAN_ROUNDS - 1)
            continue;
        codes = audit_fixture_verify(&f, &result);
        if (result.n_findings != 0 || result.n_leaves != n_leaves)
            printf("  round %d: not clean afterwards: %s\n", round, codes), n_dirty++;
    }
    for (size_t i = 0; i < T_COUNT(mutations); i++) {
        printf("  %5u of %5u found: %s\n", n_found[i], n_tried[i], mutations[i].what);
        T_OK(n_tried[i] > 0, mutations[i].what);
        T_EQ(n_found[i], n_tried[i], mutations[i].what);
        n_all += n_tried[i];
    }
    T_EQ(n_all, N_ROUNDS, "rounds");
    T_EQ(n_dirty, 0, "the untouched log verified clean every time");
    EVP_PKEY_free(forger);
    audit_fixture_stop(&f);
}
