/* The tag files: what BagIt asks for (RFC 8493, section 2), and the signature. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/db/audit.h"
#include "node/db/migrate.h"
#include "tenants/handback/bag.h"
#include "tenants/people/contract_store.h"

#define SHA512_TEXT (2 * OUT_SHA512_BYTES + 1)

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct journal_file *)a)->path,
                  ((const struct journal_file *)b)->path);
}

/* Sorted, each path once: of two lines for one path the file is the same (equal uploads), or
 * was made again, and what the journal says last counts. */
size_t bag_sort_files(struct journal *j)
{
    size_t n = 0;

    for (size_t i = 0; i < j->n_files; i++)
        j->files[i].rows.n = (int64_t)i; /* not needed any more: the order of writing */
    qsort(j->files, j->n_files, sizeof *j->files, by_path);
    for (size_t i = 0; i < j->n_files; i++) {
        if (n > 0 && strcmp(j->files[n - 1].path, j->files[i].path) == 0) {
            if (j->files[i].rows.n > j->files[n - 1].rows.n)
                j->files[n - 1] = j->files[i];
            continue;
        }
        j->files[n++] = j->files[i];
    }
    j->n_files = n;
    return n;
}

static void put_sum(struct out *out, const struct out_sum *sum, const char *path)
{
    char text[SHA512_TEXT];

    *hex_write(sum->sha512, sizeof sum->sha512, text) = '\0';
    out_text(out, text);
    out_text(out, "  ");
    out_text(out, path);
    out_char(out, '\n');
}

static bool is_payload(const struct journal_file *f)
{
    return strncmp(f->path, "data/", 5) == 0;
}

struct payload {
    int64_t n_files, n_bytes;
};

static enum err write_manifest(struct bag *bag, size_t n, struct payload *payload,
                               struct out_sum *sum_out, struct fail *why)
{
    const struct journal_file *files = bag->journal.files;
    struct out *out = NULL;
    enum err rc = out_create(bag->dir, "manifest-sha512.txt", false, &out, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        if (!is_payload(&files[i]))
            continue;
        put_sum(out, &files[i].sum, files[i].path);
        payload->n_files++;
        payload->n_bytes += files[i].sum.n_bytes;
    }
    if (rc == ERR_OK)
        rc = out_finish(out, "manifest-sha512.txt", sum_out, why);
    out_destroy(&out);
    return rc;
}

static void put_label(struct out *out, const char *name, const char *value)
{
    out_text(out, name);
    out_text(out, ": ");
    out_text(out, value);
    out_char(out, '\n');
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct plan *)a)->table->name, ((const struct plan *)b)->table->name);
}

static void put_counts(struct bag *bag, struct out *out)
{
    qsort(bag->plans, (size_t)bag->n_plans, sizeof *bag->plans, by_name);
    for (int i = 0; i < bag->n_plans; i++) {
        char value[160];

        snprintf(value, sizeof value, "%s %lld", bag->plans[i].table->name,
                 (long long)bag_n_rows(bag, bag->plans[i].table->name));
        put_label(out, "Ibasho-Count", value);
    }
}

static void put_info(struct bag *bag, const struct payload *payload, struct out *out)
{
    const struct journal_cut *cut = &bag->journal.cut;
    const struct migration *last = &migrations.rows[migrations.n - 1];
    struct contract_row contract = {.id = ID_NONE};
    char text[CLOCK_TEXT_CAP], value[160], id[ID_TEXT_CAP];
    bool has_contract = contract_store_current(NULL, bag->db, clock_utc_us(), bag->arena,
                                               &contract, NULL) == ERR_OK;

    put_label(out, "Source-Organization", bag->conf->town_ja);
    clock_tokyo_text(clock_utc_us(), text);
    text[10] = '\0';
    put_label(out, "Bagging-Date", text);
    snprintf(value, sizeof value, "%" PRId64 ".%" PRId64, payload->n_bytes, payload->n_files);
    put_label(out, "Payload-Oxum", value);
    put_label(out, "Bag-Software-Agent", bag->conf->agent);
    put_label(out, "Ibasho-Format", "ibasho-bag/1");
    id_text(bag->conf->node, id);
    put_label(out, "Ibasho-Node", id);
    put_label(out, "Ibasho-Origin", bag->conf->origin);
    id_text(contract.contract, id);
    put_label(out, "Ibasho-Contract", has_contract ? id : "-");
    snprintf(value, sizeof value, "%d %s", last->number, last->sha256);
    put_label(out, "Ibasho-Schema", value);
    snprintf(value, sizeof value, "%" PRIu64, cut->n_leaves);
    put_label(out, "Ibasho-Log-Size", value);
    *hex_write(cut->root.b, sizeof cut->root.b, value) = '\0';
    put_label(out, "Ibasho-Log-Root", value);
    put_counts(bag, out);
}

static enum err write_info(struct bag *bag, const struct payload *payload,
                           struct out_sum *sum_out, struct fail *why)
{
    struct out *out = NULL;
    enum err rc = out_create(bag->dir, "bag-info.txt", false, &out, why);

    if (rc == ERR_OK) {
        put_info(bag, payload, out);
        rc = out_finish(out, "bag-info.txt", sum_out, why);
    }
    out_destroy(&out);
    return rc;
}

static enum err write_small(struct bag *bag, const char *path, const char *text,
                            struct out_sum *sum_out, struct fail *why)
{
    struct out *out = NULL;
    enum err rc = out_create(bag->dir, path, false, &out, why);

    if (rc == ERR_OK) {
        out_text(out, text);
        rc = out_finish(out, path, sum_out, why);
    }
    out_destroy(&out);
    return rc;
}

struct tags {
    struct out_sum bagit, info, manifest;
};

static enum err write_tags(struct bag *bag, size_t n, const struct tags *tags,
                           struct out_sum *sum_out, struct fail *why)
{
    const struct journal_file *files = bag->journal.files;
    struct out *out = NULL;
    enum err rc = out_create(bag->dir, "tagmanifest-sha512.txt", false, &out, why);

    if (rc != ERR_OK)
        return rc;
    put_sum(out, &tags->info, "bag-info.txt"); /* by name */
    put_sum(out, &tags->bagit, "bagit.txt");
    for (size_t i = 0; i < n; i++)
        if (!is_payload(&files[i]))
            put_sum(out, &files[i].sum, files[i].path);
    put_sum(out, &tags->manifest, "manifest-sha512.txt");
    rc = out_finish(out, "tagmanifest-sha512.txt", sum_out, why);
    out_destroy(&out);
    return rc;
}

static enum err sign(struct bag *bag, const struct out_sum *tags, struct fail *why)
{
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    char text[NOTE_CAP], note[NOTE_CAP], sha[SHA512_TEXT];
    struct out *out = NULL;
    struct out_sum sum;
    enum err rc;

    *hex_write(tags->sha512, sizeof tags->sha512, sha) = '\0';
    snprintf(text, sizeof text, "ibasho-bag/1\n%s\n%s\n", bag->conf->origin, sha);
    rc = keyring_sign(bag->conf->keyring, AUDIT_KEY_NAME, span_text(text), signature, why);
    if (rc == ERR_OK)
        rc = out_create(bag->dir, "ibasho-signature.txt", false, &out, why);
    if (rc == ERR_OK) {
        out_bytes(out,
                  span_of(note, note_into(span_text(text), &bag->conf->key, signature, note)));
        rc = out_finish(out, "ibasho-signature.txt", &sum, why);
    }
    out_destroy(&out);
    return rc;
}

enum err bag_close(struct bag *bag, struct export_result *result, struct fail *why)
{
    struct payload payload = {0, 0};
    struct tags tags;
    struct out_sum all;
    size_t n = bag_sort_files(&bag->journal);
    enum err rc = write_small(bag, "bagit.txt",
                              "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
                              &tags.bagit, why);

    for (int i = 0; i < bag->n_plans; i++)
        result->n_rows += bag_n_rows(bag, bag->plans[i].table->name);
    if (rc == ERR_OK)
        rc = write_manifest(bag, n, &payload, &tags.manifest, why);
    if (rc == ERR_OK)
        rc = write_info(bag, &payload, &tags.info, why);
    if (rc == ERR_OK)
        rc = write_tags(bag, n, &tags, &all, why);
    if (rc == ERR_OK)
        rc = sign(bag, &all, why);
    if (rc != ERR_OK)
        return rc;
    result->n_files = payload.n_files;
    result->n_bytes = payload.n_bytes;
    *hex_write(tags.manifest.sha512, sizeof tags.manifest.sha512, result->bag) = '\0';
    return journal_remove(&bag->journal, why); /* last: by it a bag is known as whole */
}
