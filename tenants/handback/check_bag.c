#include "tenants/handback/check_bag.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/db/migrate.h"
#include "tenants/handback/check_witness.h"

#define SMALL_CAP 4096

struct bag {
    const struct check_conf *conf;
    struct check_say say;
    struct check_dir dir;
    struct read_tables tables;
    struct log_facts facts;
    struct check_result *result;
    bool has_info, has_key;
};

/* A file that must be there; SPAN_NONE when it is not, which is said. */
static enum err small(struct bag *b, const char *path, size_t cap, const char *code,
                      struct span *bytes_out, struct fail *why)
{
    struct fail said;
    enum err rc = check_dir_read(&b->dir, path, cap, bytes_out, &said);

    if (rc != ERR_NOT_FOUND && rc != ERR_TOO_LARGE && rc != ERR_DENIED)
        return rc == ERR_OK ? rc : fail_set(why, rc, "%s", said.text);
    check_defect(&b->say, rc == ERR_NOT_FOUND ? "file.missing" : code, path, 0, NULL);
    return ERR_OK;
}

static enum err check_declaration(struct bag *b, struct fail *why)
{
    struct span bytes;
    enum err rc = small(b, "bagit.txt", SMALL_CAP, "bagit.form", &bytes, why);

    if (rc == ERR_OK && bytes.p != NULL &&
        !span_eq(bytes, SPAN("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")))
        check_defect(&b->say, "bagit.form", "bagit.txt", 0, NULL);
    return rc;
}

static void check_schema(struct bag *b)
{
    const struct migration *last = &migrations.rows[migrations.n - 1];
    const struct bag_info *info = &b->result->info;
    char detail[96];

    if (info->schema == (uint64_t)last->number &&
        span_eq(info->schema_sha256, span_text(last->sha256)))
        return;
    snprintf(detail, sizeof detail, "bag %" PRIu64 ", program %d%s", info->schema, last->number,
             info->schema == (uint64_t)last->number ? ", other content" : "");
    check_defect(&b->say, "info.schema", "bag-info.txt", 0, detail);
}

static enum err check_info(struct bag *b, struct fail *why)
{
    struct span bytes;
    struct fail said;
    enum err rc = small(b, "bag-info.txt", BAG_INFO_CAP, "info.form", &bytes, why);

    if (rc != ERR_OK || bytes.p == NULL)
        return rc;
    if (bag_info_read(bytes, &b->result->info, &said) != ERR_OK) {
        check_defect(&b->say, "info.form", "bag-info.txt", 0, said.text);
        return ERR_OK;
    }
    b->has_info = true;
    check_schema(b);
    return ERR_OK;
}

static enum err read_key(struct bag *b, struct fail *why)
{
    struct span bytes;
    enum err rc = small(b, BAG_KEY_PATH, SMALL_CAP, "log.form", &bytes, why);
    size_t len = bytes.len;

    if (rc != ERR_OK || bytes.p == NULL)
        return rc;
    while (len > 0 && bytes.p[len - 1] == '\n')
        len--;
    b->has_key = note_key_parse(span_cut(bytes, 0, len), &b->result->key, NULL) == ERR_OK;
    if (!b->has_key)
        check_defect(&b->say, "log.form", BAG_KEY_PATH, 0, NULL);
    if (b->has_key && b->conf->key != NULL &&
        memcmp(b->conf->key->public_key, b->result->key.public_key, NOTE_PUBLIC_BYTES) != 0)
        check_defect(&b->say, "signature.wrong", BAG_KEY_PATH, 0, "another key than --key");
    if (b->conf->key != NULL)
        b->result->key = *b->conf->key;
    return ERR_OK;
}

/* Text, an empty line, one signature line (node/db/note.h). */
static enum err check_signature(struct bag *b, struct fail *why)
{
    static const char name[] = "ibasho-signature.txt";
    struct span bytes, text;
    char want[512], digits[129] = "";
    const uint8_t *end;
    struct note note = {0};
    struct fail said;
    enum err rc = small(b, name, SMALL_CAP, "signature.form", &bytes, why);

    if (rc != ERR_OK || bytes.p == NULL)
        return rc;
    end = bytes.len == 0 ? NULL : memmem(bytes.p, bytes.len, "\n\n", 2);
    if (end == NULL) {
        check_defect(&b->say, "signature.form", name, 0, NULL);
        return ERR_OK;
    }
    text = span_cut(bytes, 0, (size_t)(end - bytes.p) + 1);
    note.text = text;
    note.signatures = span_from(bytes, text.len + 1);
    hex_write(b->dir.tag_sha512, sizeof b->dir.tag_sha512, digits);
    snprintf(want, sizeof want, BAG_FORMAT "\n%.*s\n%s\n", SPAN_ARG(b->result->info.origin),
             digits);
    if (!span_eq(text, span_text(want))) {
        check_defect(&b->say, "signature.wrong", name, 0, "it is about another bag");
        return ERR_OK;
    }
    rc = note_check(&note, &b->result->key, &said);
    if (rc == ERR_NOMEM || rc == ERR_INTERNAL)
        return fail_set(why, rc, "%s", said.text);
    if (rc != ERR_OK)
        check_defect(&b->say, "signature.wrong", name, 0, said.text);
    return ERR_OK;
}

/* data/log/past/SHA256/leaves.ndjson and its key: each log that came with an earlier import. */
static enum err check_past(struct bag *b, struct fail *why)
{
    static const char tail[] = "/leaves.ndjson";
    size_t prefix = sizeof BAG_PAST_PATH - 1;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < b->dir.payload.n && rc == ERR_OK; i++) {
        struct span path = span_text(b->dir.payload.at[i].path), bytes, dir;
        struct log_facts facts;
        struct note_key key;
        char checkpoints[BAG_PATH_CAP], key_path[BAG_PATH_CAP];

        if (!span_has_prefix(path, SPAN(BAG_PAST_PATH)) ||
            path.len < prefix + 64 + sizeof tail - 1 ||
            !span_eq(span_from(path, prefix + 64), span_of(tail, sizeof tail - 1)))
            continue;
        dir = span_cut(path, 0, prefix + 64);
        snprintf(checkpoints, sizeof checkpoints, "%.*s/checkpoints.txt", SPAN_ARG(dir));
        snprintf(key_path, sizeof key_path, "%.*s/key.txt", SPAN_ARG(dir));
        rc = small(b, key_path, SMALL_CAP, "log.form", &bytes, why);
        if (rc != ERR_OK || bytes.p == NULL)
            continue;
        bytes.len -= bytes.len > 0 && bytes.p[bytes.len - 1] == '\n';
        if (note_key_parse(bytes, &key, NULL) != ERR_OK)
            check_defect(&b->say, "log.form", key_path, 0, NULL);
        else
            rc = check_log(&b->dir, b->dir.payload.at[i].path, checkpoints, &key, &facts, why);
        b->result->n_past++;
    }
    return rc;
}

static void compare_counts(struct bag *b)
{
    const struct bag_info *info = &b->result->info;
    char detail[160];

    if (info->n_bytes != b->dir.n_bytes || info->n_files != b->dir.n_files) {
        snprintf(detail, sizeof detail, "%" PRIu64 ".%" PRIu64 ", there: %" PRIu64 ".%" PRIu64,
                 info->n_bytes, info->n_files, b->dir.n_bytes, b->dir.n_files);
        check_defect(&b->say, "info.size", "bag-info.txt", 0, detail);
    }
    if (info->log_size != b->facts.n_leaves || !hash256_eq(&info->log_root, &b->facts.root)) {
        snprintf(detail, sizeof detail, "%" PRIu64 ", there: %" PRIu64, info->log_size,
                 b->facts.n_leaves);
        check_defect(&b->say, "info.log", "bag-info.txt", 0, detail);
    }
    for (size_t i = 0; i < b->tables.n; i++) {
        struct span name = span_text(b->tables.at[i].table->name);
        size_t j = 0;

        while (j < info->n_counts && !span_eq(info->counts[j].table, name))
            j++;
        if (j < info->n_counts && info->counts[j].n == b->facts.counts[i])
            continue;
        snprintf(detail, sizeof detail, "%.*s: %" PRIu64 ", there: %" PRIu64, SPAN_ARG(name),
                 j < info->n_counts ? info->counts[j].n : 0, b->facts.counts[i]);
        check_defect(&b->say, "info.count", "bag-info.txt", 0, detail);
    }
    for (size_t j = 0; j < info->n_counts; j++)
        if (read_table_find(&b->tables, info->counts[j].table) == NULL) {
            snprintf(detail, sizeof detail, "%.64s", "a table this program does not have");
            check_defect(&b->say, "record.table", "bag-info.txt", 0, detail);
        }
}

/* Files of records that no table of this program has. */
static void check_tables(struct bag *b)
{
    for (size_t i = 0; i < b->dir.payload.n; i++) {
        struct span path = span_text(b->dir.payload.at[i].path), name;
        size_t prefix = sizeof BAG_RECORDS_PATH - 1, tail = sizeof ".ndjson" - 1;

        if (!span_has_prefix(path, SPAN(BAG_RECORDS_PATH)))
            continue;
        name = span_cut(path, prefix, path.len < prefix + tail ? 0 : path.len - prefix - tail);
        if (read_table_find(&b->tables, name) == NULL)
            check_defect(&b->say, "record.table", b->dir.payload.at[i].path, 0, NULL);
    }
}

static enum err run(struct bag *b, struct fail *why)
{
    enum err rc = check_dir_run(&b->dir, why);

    if (rc == ERR_OK)
        rc = check_declaration(b, why);
    if (rc == ERR_OK)
        rc = check_info(b, why);
    if (rc == ERR_OK)
        rc = read_key(b, why);
    if (rc == ERR_OK && b->has_info && b->has_key)
        rc = check_signature(b, why);
    /* Bytes that are not the ones the manifest names, or of another schema, are not read. */
    if (rc != ERR_OK || b->say.n > 0)
        return rc;
    rc = check_log(&b->dir, BAG_LEAVES_PATH, BAG_CHECKPOINTS_PATH, &b->result->key, &b->facts,
                   why);
    if (rc == ERR_OK)
        rc = check_past(b, why);
    if (rc == ERR_OK)
        rc = check_records(&b->dir, &b->tables, &b->facts, why);
    if (rc == ERR_OK)
        rc = check_witness(&b->dir, &b->tables, &b->facts, why);
    if (rc == ERR_OK) {
        check_tables(b);
        compare_counts(b);
    }
    return rc;
}

enum err check_bag(const struct check_conf *conf, struct arena *arena,
                   struct check_result *result_out, struct fail *why)
{
    struct bag *b = arena_alloc(arena, sizeof *b);
    enum err rc;

    memset(result_out, 0, sizeof *result_out);
    if (b == NULL)
        return fail_set(why, ERR_NOMEM, "check");
    b->conf = conf;
    b->say = (struct check_say){.each = conf->each, .arg = conf->arg};
    b->result = result_out;
    rc = read_tables_create(conf->tables, arena, &b->tables, why);
    if (rc == ERR_OK)
        rc = check_dir_open(&b->dir, conf->dir, &b->say, arena, why);
    if (rc != ERR_OK)
        return rc;
    rc = run(b, why);
    check_dir_close(&b->dir);
    result_out->n_defects = b->say.n;
    result_out->n_files = b->dir.n_files;
    result_out->n_bytes = b->dir.n_bytes;
    result_out->n_records = b->facts.n_records;
    result_out->n_leaves = b->facts.n_leaves;
    result_out->root = b->facts.root;
    hex_write(b->dir.bag_sha512, sizeof b->dir.bag_sha512, result_out->bag);
    return rc;
}
