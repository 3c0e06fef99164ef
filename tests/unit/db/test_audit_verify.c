#include "node/db/audit_verify.h"

#include <stdio.h>

#include "node/db/audit_deletion.h"
#include "tests/lib/audit_sample.h"
#include "tests/t.h"

struct found {
    char codes[512];
};

static void note_code(const struct verify_finding *finding, void *arg)
{
    struct found *found = arg;

    T_OK(finding->text_ja[0] != '\0', "says it in Japanese");
    if (strstr(found->codes, finding->code) == NULL && strlen(found->codes) < 400)
        sprintf(found->codes + strlen(found->codes), "%s%s", found->codes[0] == '\0' ? "" : ",",
                finding->code);
}

static char export_path[256], checkpoints_path[256];
static struct note_key key;

static void make(uint64_t n, uint64_t every)
{
    snprintf(export_path, sizeof export_path, "%s/export", t_dir());
    snprintf(checkpoints_path, sizeof checkpoints_path, "%s/checkpoints", t_dir());
    audit_sample_write(export_path, checkpoints_path, n, every, 1, &key);
}

static const char *verify(const char *checkpoints, struct verify_result *result)
{
    static struct found found;
    struct verify_conf conf = {
        .key = &key, .checkpoints_path = checkpoints, .each = note_code, .arg = &found};
    struct fail why = {0};

    memset(&found, 0, sizeof found);
    memset(result, 0, sizeof *result);
    if (verify_export(export_path, &conf, result, &why) != ERR_OK)
        return why.code == ERR_NOT_FOUND ? "no file" : "cannot check";
    T_EQ(result->n_findings == 0, found.codes[0] == '\0', "each finding is told");
    return found.codes;
}

static char text[1 << 20];
static size_t text_len;

static void load(void)
{
    FILE *f = fopen(export_path, "r");

    text_len = f == NULL ? 0 : fread(text, 1, sizeof text, f);
    if (f == NULL || fclose(f) != 0 || text_len == 0)
        abort();
}

static void store(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
        abort();
}

/* The line (from 0) and its length with '\n'. */
static char *line_at(size_t number, size_t *len_out)
{
    char *p = text;

    while (number-- > 0)
        p = (char *)memchr(p, '\n', (size_t)(text + text_len - p)) + 1;
    *len_out = (size_t)((char *)memchr(p, '\n', (size_t)(text + text_len - p)) + 1 - p);
    return p;
}

T_CASE(verify_an_untouched_export_is_clean)
{
    static const uint64_t sizes[] = {1, 2, 3, 7, 8, 9, 100, 1000};
    struct verify_result result;

    T_REQ("NI-T3-8");
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        make(sizes[i], 3);
        T_TEXT(verify(checkpoints_path, &result), "", "clean");
        T_EQ(result.n_leaves, sizes[i], "leaves");
        T_EQ(result.n_opened, sizes[i], "all open");
        T_EQ(result.n_external, (sizes[i] + 2) / 3, "checkpoints outside");
        T_EQ(result.n_stored, (sizes[i] + 2) / 3, "checkpoints inside");
        T_EQ(result.n_covered, sizes[i], "all covered");
        T_TEXT(verify(NULL, &result), "", "clean without the file");
        T_EQ(result.n_covered, 0, "but then nothing outside vouches for it");
    }
}

T_CASE(verify_every_changed_byte_is_found)
{
    struct verify_result result;
    size_t n_tried = 0;

    T_REQ("NI-T3-8");
    make(9, 4);
    load();
    for (size_t at = 0; at < text_len && t_case_ok(); at++) {
        text[at] ^= 1;
        store(export_path, text, text_len);
        T_OK(verify(checkpoints_path, &result)[0] != '\0', "found");
        text[at] ^= 1;
        n_tried++;
    }
    T_EQ(n_tried, text_len, "every byte");
    store(export_path, text, text_len);
    T_TEXT(verify(checkpoints_path, &result), "", "clean again");
}

T_CASE(verify_lines_moved_doubled_or_dropped_are_found)
{
    struct verify_result result;
    char *changed = NULL;
    size_t n_lines = 0;

    make(12, 5);
    load();
    for (size_t i = 0; i < text_len; i++)
        n_lines += text[i] == '\n';
    changed = malloc(2 * text_len);
    if (changed == NULL)
        abort();
    for (size_t a = 0; a < n_lines && t_case_ok(); a++) {
        size_t a_len, head;
        char *line = line_at(a, &a_len);

        head = (size_t)(line - text);
        memcpy(changed, text, head); /* dropped */
        memcpy(changed + head, line + a_len, text_len - head - a_len);
        store(export_path, changed, text_len - a_len);
        T_OK(verify(checkpoints_path, &result)[0] != '\0', "dropped");
        memcpy(changed, text, head + a_len); /* doubled */
        memcpy(changed + head + a_len, line, text_len - head);
        store(export_path, changed, text_len + a_len);
        T_OK(verify(checkpoints_path, &result)[0] != '\0', "doubled");
        if (a + 1 < n_lines) { /* swapped with the next */
            size_t b_len;
            char *next = line_at(a + 1, &b_len);

            memcpy(changed, text, text_len);
            memcpy(changed + head, next, b_len);
            memcpy(changed + head + b_len, line, a_len);
            store(export_path, changed, text_len);
            T_OK(verify(checkpoints_path, &result)[0] != '\0', "swapped");
        }
        store(export_path, text, head); /* cut off */
        T_OK(verify(checkpoints_path, &result)[0] != '\0', "cut off");
        store(export_path, text, head + a_len / 2);
        T_OK(verify(checkpoints_path, &result)[0] != '\0', "cut inside a line");
    }
    free(changed);
}

T_CASE(verify_names_what_is_wrong)
{
    static const struct {
        const char *what, *was, *is, *want;
    } rows[] = {
        {"row", "192.0.2.7", "192.0.2.8", "row.changed"},
        {"kind", "access.read\",\"at", "access.rest\",\"at", "leaf.hash,tree.root"},
        {"time", "\"at_us\":\"17952922410", "\"at_us\":\"17952922411", "leaf.hash,tree.root"},
        {"table", "\"table\":\"access_record", "\"table\":\"setting_recor",
         "leaf.hash,tree.root"},
        {"number", "\"seq\":\"1\"", "\"seq\":\"2\"", "leaf.order"},
        {"line", "\"salt\"", "\"malt\"",
         "export.form,leaf.order,checkpoint.order,tree.root,export.cut,"
         "checkpoint.unstored,tree.short"},
        {"origin", "\"sample.ibasho\"", "\"sampla.ibasho\"", "checkpoint.origin"},
        {"note", "checkpoint\":\"sample", "checkpoint\":\"sampla",
         "checkpoint.origin,checkpoint.unknown,checkpoint.unstored"},
        {"end", "\"end\":\"6\"", "\"end\":\"7\"", "export.cut"},
        {"header", "n_leaves\":\"6\"", "n_leaves\":\"5\"", "export.cut"},
    };
    struct verify_result result;

    make(6, 3);
    load();
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char *at = memmem(text, text_len, rows[i].was, strlen(rows[i].was));
        const char *got;

        T_OK(at != NULL, rows[i].what);
        if (at == NULL)
            continue;
        memcpy(at, rows[i].is, strlen(rows[i].is));
        store(export_path, text, text_len);
        got = verify(checkpoints_path, &result);
        T_TEXT(got, rows[i].want, rows[i].what);
        memcpy(at, rows[i].was, strlen(rows[i].was));
    }
    store(export_path, "hello\n", 6);
    T_TEXT(verify(checkpoints_path, &result), "cannot check", "another file");
    store(export_path, "", 0);
    T_TEXT(verify(checkpoints_path, &result), "cannot check", "an empty file");
    store(export_path, text, text_len);
    T_TEXT(verify("/nonexistent", &result), "no file", "no checkpoint file");
    (void)remove(export_path);
    T_TEXT(verify(checkpoints_path, &result), "no file", "no export");
}

T_CASE(verify_external_checkpoints_are_the_measure)
{
    struct verify_result result;
    struct note_key other;
    char kept[256], bytes[65536];
    FILE *f;
    size_t len;

    T_REQ("NI-T3-8");
    make(8, 4);
    snprintf(kept, sizeof kept, "%s/kept", t_dir());
    T_EQ(rename(checkpoints_path, kept), 0, "kept");
    f = fopen(kept, "r");
    len = f == NULL ? 0 : fread(bytes, 1, sizeof bytes, f);
    T_OK(f != NULL && fclose(f) == 0 && len > 0, "read");

    make(6, 3); /* another past, signed by the same key */
    T_OK(strstr(verify(kept, &result), "tree.short") != NULL, "rolled back");
    make(4, 4);
    T_TEXT(verify(kept, &result), "tree.short", "an honest old copy is found too");
    make(12, 4);
    T_TEXT(verify(kept, &result), "checkpoint.unknown", "the file was cut, or is an old copy");
    T_EQ(result.n_covered, 8, "covered as far as it goes");

    audit_sample_write(export_path, checkpoints_path, 8, 4, 2, &other);
    T_TEXT(verify(kept, &result), "checkpoint.signature,checkpoint.unknown,checkpoint.unstored",
           "the log was signed anew by another key");
    make(8, 4);
    f = fopen(kept, "w");
    T_OK(f != NULL && fwrite(bytes, 1, len, f) == len && fwrite(bytes, 1, len, f) == len &&
             fclose(f) == 0,
         "twice over");
    T_TEXT(verify(kept, &result), "checkpoint.order", "sizes must rise");
    f = fopen(kept, "w");
    T_OK(f != NULL && fwrite(bytes, 1, len - 1, f) == len - 1 && fclose(f) == 0, "torn");
    T_TEXT(verify(kept, &result), "checkpoint.torn,checkpoint.unknown", "torn");
}

/* ---- closed leaves, straight into the verifier ---- */

static enum err feed(struct verifier *v, uint64_t seq, bool is_closed, struct span deletion)
{
    struct audit_leaf leaf;
    char row[512];

    audit_sample_leaf(seq, &leaf, row);
    if (deletion.p != NULL) {
        leaf.kind = SPAN(DELETION_KIND);
        leaf.table = SPAN(DELETION_TABLE);
        leaf.bytes = deletion;
        leaf.commitment = leaf_commitment(leaf.salt, leaf.bytes);
        leaf.hash = leaf_hash(&leaf);
    }
    if (is_closed) {
        leaf.has_salt = false;
        leaf.bytes = SPAN_NONE;
    }
    return verifier_leaf(v, &leaf, NULL);
}

T_CASE(verify_closed_leaves_need_a_lawful_deletion)
{
    static const struct {
        const char *what, *seqs, *table;
        uint64_t n;
        const char *want;
    } rows[] = {
        {"all of them", "1-2,4", "access_record", 3, ""},
        {"too few", "1-2", "access_record", 2, "leaf.closed"},
        {"too many", "1-4", "access_record", 4, "deletion.open"},
        {"another table", "1-2,4", "setting", 3, "leaf.closed"},
        {"wrong count", "1-2,4", "access_record", 4, "deletion.count"},
        {"itself", "1-2,4,6", "access_record", 4, "deletion.form,leaf.closed"},
        {"no list", "x", "access_record", 3, "deletion.form,leaf.closed"},
    };

    T_REQ("NI-T3-8");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct deletion d = {.id = id_new(),
                             .rule = SPAN("retention.expired"),
                             .table = span_text(rows[i].table),
                             .n_rows = rows[i].n,
                             .seqs = span_text(rows[i].seqs)};
        struct found found = {""};
        struct verify_conf conf = {.key = &key, .each = note_code, .arg = &found};
        struct verify_result result;
        struct verifier *v = NULL;
        struct arena *arena = NULL;
        struct span bytes;
        struct hash256 nothing = hash256_of(SPAN_NONE);

        T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
        T_EQ(deletion_write(&d, arena, &bytes, NULL), ERR_OK, "deletion");
        T_EQ(verifier_create(&conf, &v, NULL), ERR_OK, "verifier");
        verifier_expect(v, 0, &nothing);
        for (uint64_t seq = 0; seq < 6; seq++)
            T_EQ(feed(v, seq, seq == 1 || seq == 2 || seq == 4, SPAN_NONE), ERR_OK, "leaf");
        T_EQ(feed(v, 6, false, bytes), ERR_OK, "deletion leaf");
        T_EQ(verifier_finish(v, &result, NULL), ERR_OK, "finish");
        T_TEXT(found.codes, rows[i].want, rows[i].what);
        T_EQ(result.n_closed, 3, "closed");
        T_EQ(result.n_deletions, 1, "deletions");
        verifier_destroy(&v);
        arena_destroy(&arena);
    }
}

T_CASE(verify_heads_must_be_passed)
{
    struct found found = {""};
    struct verify_conf conf = {.key = &key, .each = note_code, .arg = &found};
    struct verify_result result;
    struct verifier *v = NULL;
    struct hash256 wrong = {{0}};

    T_EQ(verifier_create(&conf, &v, NULL), ERR_OK, "verifier");
    verifier_expect(v, 2, &wrong);
    verifier_expect(v, 9, &wrong);
    for (uint64_t seq = 0; seq < 3; seq++)
        T_EQ(feed(v, seq, false, SPAN_NONE), ERR_OK, "leaf");
    verifier_extra(v, SPAN("access_record"), ID_NONE);
    verifier_find(v, "tail.unknown", "");
    T_EQ(verifier_finish(v, &result, NULL), ERR_OK, "finish");
    T_TEXT(found.codes, "tail.root,row.extra,tail.unknown,tail.short", "all four");
    verifier_destroy(&v);
    verifier_destroy(&v);
}
