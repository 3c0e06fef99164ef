#include "ops/cli/leave_bag.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/hex.h"
#include "node/base/node_conf.h"
#include "tenants/leaving/leaving_step.h"

#define LINE_CAP     512
#define SHA512_BYTES 64
#define TABLES_MOST  600

static enum err hash_file(const char *path, char hex_out[2 * SHA512_BYTES + 1],
                          struct fail *why)
{
    uint8_t piece[65536], hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    FILE *f = fopen(path, "re");
    unsigned len = 0;
    bool is_done = ctx != NULL && f != NULL && EVP_DigestInit_ex(ctx, EVP_sha512(), NULL) == 1;
    size_t n;

    while (is_done && (n = fread(piece, 1, sizeof piece, f)) > 0)
        is_done = EVP_DigestUpdate(ctx, piece, n) == 1;
    is_done = is_done && ferror(f) == 0 && EVP_DigestFinal_ex(ctx, hash, &len) == 1 &&
              len == SHA512_BYTES;
    if (f != NULL)
        fclose(f);
    EVP_MD_CTX_free(ctx);
    if (!is_done)
        return fail_set(why, ERR_PROTO, "%s cannot be read", path);
    *hex_write(hash, SHA512_BYTES, hex_out) = '\0';
    return ERR_OK;
}

struct info {
    char node[64], root[80];
    long long log_size, n_bytes, n_files;
    struct count {
        char table[64];
        long long n;
    } counts[TABLES_MOST];
    int n_counts;
};

static void take_line(struct info *info, const char *line)
{
    struct count *count = &info->counts[info->n_counts];

    if (sscanf(line, "Ibasho-Node: %63s", info->node) == 1 ||
        sscanf(line, "Ibasho-Log-Root: %79s", info->root) == 1 ||
        sscanf(line, "Ibasho-Log-Size: %lld", &info->log_size) == 1 ||
        sscanf(line, "Payload-Oxum: %lld.%lld", &info->n_bytes, &info->n_files) == 2)
        return;
    if (info->n_counts < TABLES_MOST &&
        sscanf(line, "Ibasho-Count: %63s %lld", count->table, &count->n) == 2)
        info->n_counts++;
}

static enum err read_info(const char *path, struct info *info, struct fail *why)
{
    FILE *f = fopen(path, "re");
    char line[LINE_CAP];

    *info = (struct info){.log_size = -1, .n_bytes = -1, .n_files = -1};
    if (f == NULL)
        return fail_set(why, ERR_PROTO, "%s cannot be read", path);
    while (fgets(line, sizeof line, f) != NULL)
        take_line(info, line);
    fclose(f);
    if (info->node[0] == '\0' || info->log_size < 0 || info->n_files < 0 || info->n_counts == 0)
        return fail_set(why, ERR_PROTO, "%s is not of a bag of ours", path);
    return ERR_OK;
}

static int by_table(const void *a, const void *b)
{
    return strcmp(((const struct count *)a)->table, ((const struct count *)b)->table);
}

enum err leave_bag_read(struct cli *cli, const char *dir, struct span *json_out,
                        struct fail *why)
{
    const char *manifest = arena_printf(cli->arena, "%s/manifest-sha512.txt", dir);
    const char *path = arena_printf(cli->arena, "%s/bag-info.txt", dir);
    struct info *info = arena_alloc(cli->arena, sizeof *info);
    char bag[2 * SHA512_BYTES + 1];
    struct leaving_facts_pen pen;
    enum err rc;

    if (manifest == NULL || path == NULL || info == NULL)
        return fail_set(why, ERR_NOMEM, "bag");
    rc = read_info(path, info, why);
    if (rc == ERR_OK && strcmp(info->node, conf_text(cli->conf, "node.id")) != 0)
        rc = fail_set(why, ERR_CONFLICT, "this bag is of node %s", info->node);
    if (rc == ERR_OK)
        rc = hash_file(manifest, bag, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    qsort(info->counts, (size_t)info->n_counts, sizeof info->counts[0], by_table);
    leaving_pen_text(&pen, "bag", span_text(bag));
    leaving_pen_list(&pen, "counts");
    for (int i = 0; i < info->n_counts; i++) {
        leaving_pen_item(&pen);
        leaving_pen_int(&pen, "n", info->counts[i].n);
        leaving_pen_text(&pen, "table", span_text(info->counts[i].table));
        leaving_pen_item_end(&pen);
    }
    leaving_pen_list_end(&pen);
    leaving_pen_text(&pen, "log_root", span_text(info->root));
    leaving_pen_int(&pen, "log_size", info->log_size);
    leaving_pen_int(&pen, "n_bytes", info->n_bytes);
    leaving_pen_int(&pen, "n_files", info->n_files);
    return leaving_pen_close(&pen, cli->arena, json_out, why);
}

enum err leave_bag_is_of(struct cli *cli, const char *dir,
                         const struct leaving_journal *journal, struct fail *why)
{
    const struct leaving_step *drain = leaving_journal_find(journal, LEAVING_DRAIN);
    const char *path = arena_printf(cli->arena, "%s/data/records/leaving_step.ndjson", dir);
    const char *mark;
    char *line = NULL;
    size_t cap = 0;
    bool is_in = false;
    FILE *f;

    if (drain == NULL)
        return ERR_OK;
    /* Columns in the order of the table; inside the signed line quotes are escaped. */
    mark = arena_printf(cli->arena, "\"node\":\"%s\",\"n\":%lld,\"step\":\"drain\"",
                        conf_text(cli->conf, "node.id"), (long long)drain->n);
    if (path == NULL || mark == NULL)
        return fail_set(why, ERR_NOMEM, "bag");
    f = fopen(path, "re");
    if (f == NULL)
        return fail_set(why, ERR_PROTO, "%s cannot be read", path);
    while (!is_in && getline(&line, &cap, f) > 0)
        is_in = strstr(line, mark) != NULL;
    free(line);
    fclose(f);
    return is_in ? ERR_OK : fail_set(why, ERR_CONFLICT, "cut before this round's drain");
}
