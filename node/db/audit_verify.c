#include "node/db/audit_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/db/audit_deletion.h"
#include "node/db/audit_ranges.h"
#include "node/db/checkpoints.h"
#include "node/db/lines.h"

#define N_TABLES_CAP 256
#define N_HEADS_CAP  4

/* Every code a verification can print. */
static const struct {
    const char *code, *text_ja;
} texts[] = {
    {"leaf.order", "通し番号が続いていません。記録が消された、加えられた、または並べ替えられた"
                   "ものです。"},
    {"leaf.hash", "記録の要約値が、記録の中身と合いません。"},
    {"leaf.closed", "法令による削除の記録がないのに、開けない記録があります。"},
    {"row.changed", "行の内容が、記録したときと違います。"},
    {"row.missing", "記録された行がありません。"},
    {"row.unopened", "行は残っているのに、確かめるための塩が失われています。"},
    {"row.extra", "記録のない行が加えられています。"},
    {"deletion.form", "削除の記録を読み取れません。"},
    {"deletion.count", "削除の記録の件数が、並べた番号の数と合いません。"},
    {"deletion.open", "削除したと記録されたのに、残っている記録があります。"},
    {"deletion.twice", "同じ記録が二度削除されたことになっています。"},
    {"tree.root", "検査点の署名した根と、記録から計算した根が違います。"},
    {"tree.short",
     "検査点が数えた記録より少ない記録しかありません。切り詰め、または巻き戻しです。"},
    {"tail.root", "ノードが最後に確定した根と、記録から計算した根が違います。"},
    {"tail.short", "ノードが最後に確定した記録より少ない記録しかありません。"},
    {"tail.unknown", "ノードが書いていない記録が末尾に加えられています。"},
    {"checkpoint.form", "検査点を読み取れません。"},
    {"checkpoint.torn", "検査点ファイルの終わりが途中で切れています。"},
    {"checkpoint.origin", "検査点が別のログのものです。"},
    {"checkpoint.signature", "検査点の署名が、この公開鍵のものではありません。"},
    {"checkpoint.order", "検査点の順番が正しくありません。"},
    {"checkpoint.unknown", "外部の検査点ファイルにない検査点が、データベースにあります。"},
    {"checkpoint.unstored", "外部の検査点ファイルにある検査点が、データベースにありません。"},
    {"checkpoint.frontier", "検査点のわきに保存された計算の途中経過が、記録と合いません。"},
    {"export.form", "書き出しファイルの行を読み取れません。"},
    {"export.cut", "書き出しファイルが終わりまでありません。"},
};

struct verifier {
    struct verify_conf conf;
    struct verify_result result;
    struct merkle tree;
    uint64_t next_seq;
    struct ranges closed, lawful;
    int n_tables;
    char tables[N_TABLES_CAP][LEAF_NAME_CAP];
    /* The external file, read in step with the leaves. */
    struct checkpoints *external;
    bool has_next; /* next is the first note the tree has not reached */
    struct note next;
    uint64_t n_external_last; /* size of the note read last */
    /* The last external note the tree has reached, to compare with what the log carries. */
    bool has_passed, is_passed_stored;
    uint64_t passed_size, stored_size, expected_stored;
    size_t passed_len;
    uint8_t passed[NOTE_CAP];
    int n_heads;
    struct {
        uint64_t n;
        struct hash256 root;
        bool is_met;
    } heads[N_HEADS_CAP];
};

static void find_at(struct verifier *v, const char *code, const struct audit_leaf *leaf,
                    const char *detail)
{
    struct verify_finding finding = {.code = code, .detail = detail == NULL ? "" : detail};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].code, code) == 0)
            finding.text_ja = texts[i].text_ja;
    invariant(finding.text_ja != NULL, "code %s has no text", code);
    if (leaf != NULL) {
        finding.has_seq = true;
        finding.seq = leaf->seq;
        finding.kind = leaf->kind;
    }
    v->result.n_findings++;
    if (v->conf.each != NULL)
        v->conf.each(&finding, v->conf.arg);
}

void verifier_find(struct verifier *verifier, const char *code, const char *detail)
{
    find_at(verifier, code, NULL, detail);
}

static void find_size(struct verifier *v, const char *code, const char *what, uint64_t size)
{
    char detail[96];

    snprintf(detail, sizeof detail, "%s=%" PRIu64 " leaves=%" PRIu64, what, size, v->tree.n);
    find_at(v, code, NULL, detail);
}

/* Reads on in the external file to the next note that can be trusted. */
static enum err next_external(struct verifier *v, struct fail *why)
{
    struct fail said = {0};

    v->has_next = false;
    while (v->external != NULL) {
        enum err rc = checkpoints_next(v->external, &v->next, &said), signature;

        if (rc == ERR_NOT_FOUND || rc == ERR_UNCERTAIN || rc == ERR_INVALID) {
            checkpoints_close(&v->external);
            if (rc != ERR_NOT_FOUND)
                find_at(v, rc == ERR_INVALID ? "checkpoint.form" : "checkpoint.torn", NULL,
                        said.text);
            return ERR_OK;
        }
        if (rc == ERR_PROTO) {
            find_at(v, "checkpoint.form", NULL, said.text);
            continue;
        }
        if (rc != ERR_OK)
            return fail_set(why, rc, "%s", said.text);
        v->result.n_external++;
        signature = note_check(&v->next, v->conf.key, why);
        if (signature == ERR_NOMEM || signature == ERR_INTERNAL)
            return signature;
        if (!span_eq(v->next.origin, span_text(v->conf.key->name)))
            find_size(v, "checkpoint.origin", "size", v->next.size);
        else if (signature != ERR_OK)
            find_size(v, "checkpoint.signature", "size", v->next.size);
        else if (v->next.size <= v->n_external_last)
            find_size(v, "checkpoint.order", "size", v->next.size);
        else {
            v->n_external_last = v->next.size;
            v->has_next = true;
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static void leave_passed(struct verifier *v, bool is_newest)
{
    if (v->has_passed && !v->is_passed_stored) {
        if (is_newest && v->passed_size > v->expected_stored)
            v->result.is_newest_unstored = true;
        else
            find_size(v, "checkpoint.unstored", "size", v->passed_size);
    }
    v->has_passed = false;
}

/* Compares what the tree is now with the heads and the notes for just this size. */
static enum err compare_here(struct verifier *v, struct fail *why)
{
    struct hash256 root;
    enum err rc = ERR_OK;

    for (int i = 0; i < v->n_heads; i++) {
        if (v->heads[i].n != v->tree.n)
            continue;
        v->heads[i].is_met = true;
        root = merkle_root(&v->tree);
        if (!hash256_eq(&root, &v->heads[i].root))
            find_size(v, "tail.root", "head", v->tree.n);
    }
    while (rc == ERR_OK && v->has_next && v->next.size <= v->tree.n) {
        leave_passed(v, false);
        root = merkle_root(&v->tree);
        if (hash256_eq(&root, &v->next.root))
            v->result.n_covered = v->next.size;
        else
            find_size(v, "tree.root", "size", v->next.size);
        v->has_passed = true;
        v->is_passed_stored = false;
        v->passed_size = v->next.size;
        v->passed_len = v->next.bytes.len;
        memcpy(v->passed, v->next.bytes.p, v->next.bytes.len);
        rc = next_external(v, why);
    }
    return rc;
}

enum err verifier_create(const struct verify_conf *conf, struct verifier **verifier_out,
                         struct fail *why)
{
    struct verifier *v = calloc(1, sizeof *v);

    *verifier_out = NULL;
    if (v == NULL)
        return fail_set(why, ERR_NOMEM, "verifier");
    v->conf = *conf;
    merkle_init(&v->tree);
    if (conf->checkpoints_path != NULL) {
        enum err rc = checkpoints_open(conf->checkpoints_path, &v->external, why);

        if (rc == ERR_OK)
            rc = next_external(v, why);
        if (rc != ERR_OK) {
            verifier_destroy(&v);
            return rc;
        }
    }
    *verifier_out = v;
    return ERR_OK;
}

void verifier_destroy(struct verifier **verifier)
{
    struct verifier *v = *verifier;

    if (v == NULL)
        return;
    checkpoints_close(&v->external);
    ranges_fini(&v->closed);
    ranges_fini(&v->lawful);
    free(v);
    *verifier = NULL;
}

void verifier_expect_stored(struct verifier *verifier, uint64_t size)
{
    verifier->expected_stored = size;
}

const struct merkle *verifier_tree(const struct verifier *verifier)
{
    return &verifier->tree;
}

void verifier_expect(struct verifier *verifier, uint64_t n_leaves, const struct hash256 *root)
{
    invariant(verifier->n_heads < N_HEADS_CAP, "%d heads", verifier->n_heads);
    verifier->heads[verifier->n_heads].n = n_leaves;
    verifier->heads[verifier->n_heads].root = *root;
    verifier->n_heads++;
}

/* The number of a table's name; the last one is shared when there are too many. */
static int table_index(struct verifier *v, struct span name)
{
    for (int i = 0; i < v->n_tables; i++)
        if (span_eq(name, span_text(v->tables[i])))
            return i;
    if (v->n_tables < N_TABLES_CAP && name.len < LEAF_NAME_CAP) {
        memcpy(v->tables[v->n_tables], name.p, name.len);
        v->tables[v->n_tables++][name.len] = '\0';
    }
    return v->n_tables - 1;
}

struct lawful_call {
    struct verifier *v;
    int table;
    uint64_t seq;
};

static enum err add_lawful(void *arg, uint64_t first, uint64_t last, struct fail *why)
{
    struct lawful_call *call = arg;

    return ranges_add(&call->v->lawful, first, last, call->table, call->seq, why);
}

/* A lawful deletion whose row opens: what it lists may be closed. */
static enum err read_deletion(struct verifier *v, const struct audit_leaf *leaf,
                              struct fail *why)
{
    struct deletion deletion;
    struct lawful_call call = {.v = v, .seq = leaf->seq};
    size_t n_before = v->lawful.n;
    uint64_t n = 0;
    enum err rc;

    v->result.n_deletions++;
    rc = deletion_read(leaf->bytes, &deletion, NULL);
    if (rc == ERR_OK) {
        call.table = table_index(v, deletion.table);
        rc = ranges_read(deletion.seqs, leaf->seq, add_lawful, &call, &n, why);
    }
    if (rc == ERR_PROTO) {
        v->lawful.n = n_before; /* half a list covers nothing */
        find_at(v, "deletion.form", leaf, NULL);
        return ERR_OK;
    }
    if (rc == ERR_OK && n != deletion.n_rows)
        find_at(v, "deletion.count", leaf, NULL);
    return rc;
}

static enum err open_row(struct verifier *v, const struct audit_leaf *leaf, struct fail *why)
{
    struct hash256 commitment;

    if (!leaf->has_salt && leaf->bytes.p == NULL) {
        v->result.n_closed++;
        return ranges_add(&v->closed, leaf->seq, leaf->seq, table_index(v, leaf->table), 0,
                          why);
    }
    if (!leaf->has_salt) {
        find_at(v, "row.unopened", leaf, NULL);
        return ERR_OK;
    }
    if (leaf->bytes.p == NULL) {
        find_at(v, "row.missing", leaf, NULL);
        return ERR_OK;
    }
    commitment = leaf_commitment(leaf->salt, leaf->bytes);
    if (!hash256_eq(&commitment, &leaf->commitment)) {
        find_at(v, "row.changed", leaf, NULL);
        return ERR_OK;
    }
    v->result.n_opened++;
    return span_eq(leaf->kind, SPAN(DELETION_KIND)) ? read_deletion(v, leaf, why) : ERR_OK;
}

enum err verifier_leaf(struct verifier *verifier, const struct audit_leaf *leaf,
                       struct fail *why)
{
    struct verifier *v = verifier;
    struct hash256 hash = leaf_hash(leaf);
    enum err rc;

    if (v->result.n_leaves == 0) {
        rc = compare_here(v, why); /* a head or note of the empty tree */
        if (rc != ERR_OK)
            return rc;
    }
    if (leaf->seq != v->next_seq) {
        char detail[64];

        snprintf(detail, sizeof detail, "expected=%" PRIu64, v->next_seq);
        find_at(v, "leaf.order", leaf, detail);
    }
    v->next_seq = leaf->seq + 1;
    if (!hash256_eq(&hash, &leaf->hash))
        find_at(v, "leaf.hash", leaf, NULL);
    v->result.n_leaves++;
    rc = open_row(v, leaf, why);
    if (rc != ERR_OK)
        return rc;
    merkle_append(&v->tree, &hash);
    return compare_here(v, why);
}

enum err verifier_checkpoint(struct verifier *verifier, struct span note, struct fail *why)
{
    struct verifier *v = verifier;
    struct note n;
    struct fail said = {0};
    struct hash256 root;
    bool is_known;
    enum err rc = note_parse(note, &n, &said);

    v->result.n_stored++;
    if (rc != ERR_OK) {
        find_at(v, "checkpoint.form", NULL, said.text);
        return ERR_OK;
    }
    is_known = v->has_passed && v->passed_size == n.size &&
               span_eq(note, span_of(v->passed, v->passed_len));
    if (!is_known) /* else these very bytes were checked in the file */
        rc = note_check(&n, v->conf.key, why);
    if (rc != ERR_OK && rc != ERR_DENIED)
        return rc;
    if (!span_eq(n.origin, span_text(v->conf.key->name)))
        find_size(v, "checkpoint.origin", "stored", n.size);
    else if (rc != ERR_OK)
        find_size(v, "checkpoint.signature", "stored", n.size);
    if (n.size != v->tree.n || n.size <= v->stored_size) {
        find_size(v, "checkpoint.order", "stored", n.size);
        return ERR_OK;
    }
    v->stored_size = n.size;
    root = merkle_root(&v->tree);
    if (!hash256_eq(&root, &n.root))
        find_size(v, "tree.root", "stored", n.size);
    if (v->conf.checkpoints_path == NULL)
        return ERR_OK;
    if (is_known)
        v->is_passed_stored = true;
    else
        find_size(v, "checkpoint.unknown", "stored", n.size);
    return ERR_OK;
}

void verifier_frontier(struct verifier *verifier, struct span frontier)
{
    uint8_t bytes[MERKLE_FRONTIER_CAP];
    size_t len = merkle_frontier_into(&verifier->tree, bytes);

    if (!span_eq(frontier, span_of(bytes, len)))
        find_size(verifier, "checkpoint.frontier", "stored", verifier->tree.n);
}

void verifier_extra(struct verifier *verifier, struct span table, struct id row)
{
    char id[ID_TEXT_CAP], detail[LEAF_NAME_CAP + ID_TEXT_CAP + 16];

    id_text(row, id);
    snprintf(detail, sizeof detail, "table=%.*s row=%s", (int)(table.len < 63 ? table.len : 63),
             (const char *)table.p, id);
    find_at(verifier, "row.extra", NULL, detail);
}

static void find_range(enum ranges_what what, const struct range *range, void *arg)
{
    static const char *const codes[] = {
        [RANGES_UNCOVERED] = "leaf.closed",
        [RANGES_OPEN] = "deletion.open",
        [RANGES_TWICE] = "deletion.twice",
    };
    struct audit_leaf leaf = {.seq = range->first};
    char detail[96];

    if (what == RANGES_UNCOVERED)
        snprintf(detail, sizeof detail, "last=%" PRIu64, range->last);
    else
        snprintf(detail, sizeof detail, "last=%" PRIu64 " deletion=%" PRIu64, range->last,
                 range->by);
    find_at(arg, codes[what], &leaf, detail);
}

enum err verifier_finish(struct verifier *verifier, struct verify_result *result_out,
                         struct fail *why)
{
    struct verifier *v = verifier;
    enum err rc = ERR_OK;

    if (v->result.n_leaves == 0)
        rc = compare_here(v, why);
    leave_passed(v, !v->has_next);
    while (rc == ERR_OK && v->has_next) {
        find_size(v, "tree.short", "size", v->next.size);
        rc = next_external(v, why);
    }
    if (rc != ERR_OK)
        return rc;
    for (int i = 0; i < v->n_heads; i++)
        if (!v->heads[i].is_met)
            find_size(v, "tail.short", "head", v->heads[i].n);
    ranges_compare(&v->closed, &v->lawful, find_range, v);
    v->result.root = merkle_root(&v->tree);
    *result_out = v->result;
    return ERR_OK;
}

/* One line of an export. *is_end_out: the closing line was it. */
static enum err verify_line(struct verifier *v, struct span line, uint64_t number,
                            bool *is_end_out, struct fail *why)
{
    char note[LEAF_NOTE_CAP];
    struct leaf_record record;
    enum err rc = leaf_read(line, note, &record, NULL);

    if (rc == ERR_OK && *is_end_out)
        rc = ERR_PROTO; /* nothing may follow the end */
    if (rc == ERR_OK && record.what == LINE_HEADER)
        rc = ERR_PROTO; /* there is one, and it was first */
    if (rc != ERR_OK) {
        char detail[48];

        snprintf(detail, sizeof detail, "line=%" PRIu64, number);
        find_at(v, "export.form", NULL, detail);
        return ERR_OK;
    }
    switch (record.what) {
    case LINE_LEAF:
        return verifier_leaf(v, &record.leaf, why);
    case LINE_CHECKPOINT:
        return verifier_checkpoint(v, record.note, why);
    case LINE_EXTRA:
        verifier_extra(v, record.leaf.table, record.leaf.row);
        return ERR_OK;
    case LINE_END:
        *is_end_out = true;
        if (record.n != v->result.n_leaves)
            find_size(v, "export.cut", "end", record.n);
        return ERR_OK;
    case LINE_HEADER:
        break;
    }
    return ERR_OK;
}

static enum err verify_lines(struct verifier *v, struct lines *lines, struct fail *why)
{
    bool is_end = false;
    struct span line;
    enum err rc;

    while ((rc = lines_next(lines, &line, why)) == ERR_OK) {
        rc = verify_line(v, line, lines_n(lines), &is_end, why);
        if (rc != ERR_OK)
            return rc;
    }
    if (rc == ERR_PROTO || (rc == ERR_NOT_FOUND && !is_end)) {
        find_size(v, "export.cut", "line", lines_n(lines));
        return ERR_OK;
    }
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

enum err verify_export(const char *path, const struct verify_conf *conf,
                       struct verify_result *result_out, struct fail *why)
{
    struct lines *lines = NULL;
    struct verifier *v = NULL;
    struct leaf_record header = {.what = LINE_END};
    struct span line;
    char note[LEAF_NOTE_CAP];
    enum err rc = lines_open(path, LEAF_LINE_CAP, &lines, why);

    if (rc != ERR_OK)
        goto out;
    rc = lines_next(lines, &line, why);
    if (rc != ERR_OK || leaf_read(line, note, &header, NULL) != ERR_OK ||
        header.what != LINE_HEADER) {
        rc = rc == ERR_IO ? rc : fail_set(why, ERR_PROTO, "%s is no audit log export", path);
        goto out;
    }
    rc = verifier_create(conf, &v, why);
    if (rc != ERR_OK || v == NULL)
        goto out;
    if (!span_eq(header.origin, span_text(conf->key->name)))
        find_at(v, "checkpoint.origin", NULL, "header");
    rc = verify_lines(v, lines, why);
    if (rc == ERR_OK && header.n != v->result.n_leaves)
        find_size(v, "export.cut", "header", header.n);
    if (rc == ERR_OK && header.n_checkpoints != v->result.n_stored)
        find_size(v, "export.cut", "checkpoints", header.n_checkpoints);
    if (rc == ERR_OK)
        rc = verifier_finish(v, result_out, why);
out:
    verifier_destroy(&v);
    lines_close(&lines);
    return rc;
}
