#include "ops/cli/certificate_bag.h"

#include <inttypes.h>

#include "node/features.h"
#include "ops/cli/bag_cli.h"
#include "tenants/certificate/canon.h"

enum err certificate_bag_check(struct cli *cli, const char *dir,
                               struct check_result **result_out, struct fail *why)
{
    struct bag_cli_print print = {.is_json = false};
    const struct check_conf conf = {
        .dir = dir, .tables = features_tables, .each = bag_cli_defect, .arg = &print};
    struct check_result *result = arena_alloc(cli->arena, sizeof *result);
    enum err rc = result == NULL ? fail_set(why, ERR_NOMEM, "check")
                                 : check_bag(&conf, cli->arena, result, why);

    *result_out = rc == ERR_OK ? result : NULL;
    return rc;
}

/* As facts of the step `exported` say them: canonical, tables by name. */
static enum err counts_of(const struct bag_info *info, struct arena *arena,
                          struct span *text_out, struct fail *why)
{
    const char *text = "[";

    for (size_t i = 0; text != NULL && i < info->n_counts; i++)
        text =
            arena_printf(arena, "%s%s{\"n\":%" PRIu64 ",\"table\":\"%.*s\"}", text,
                         i == 0 ? "" : ",", info->counts[i].n, SPAN_ARG(info->counts[i].table));
    text = text == NULL ? NULL : arena_printf(arena, "%s]", text);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "counts");
    *text_out = span_text(text);
    return ERR_OK;
}

static bool is_number(struct span facts, const char *name, uint64_t n)
{
    int64_t said = canon_member_int(facts, name);

    return said >= 0 && (uint64_t)said == n;
}

static bool is_same_log(struct span facts, const struct check_result *bag)
{
    uint8_t root[HASH256_BYTES];

    return canon_hex(canon_member(facts, "log_root"), root, sizeof root) &&
           memcmp(root, bag->root.b, sizeof root) == 0 &&
           is_number(facts, "log_size", bag->n_leaves);
}

enum err certificate_bag_fits(const struct certificate_facts *facts,
                              const struct check_result *bag, struct arena *arena,
                              struct fail *why)
{
    const struct certificate *paper = &facts->paper;
    struct span exported = facts->steps[CERT_EXPORTED].facts, counts = SPAN_NONE;
    enum err rc;

    if (!span_eq(paper->bag, span_text(bag->bag)) || !id_eq(paper->node, bag->info.node) ||
        !id_eq(paper->contract, bag->info.contract) ||
        !span_eq(paper->origin, bag->info.origin) ||
        memcmp(facts->log_key, bag->key.public_key, sizeof facts->log_key) != 0)
        return fail_set(why, ERR_PROTO, "この返還データのものではありません");
    if (!is_same_log(exported, bag) || !is_number(exported, "n_files", bag->n_files) ||
        !is_number(exported, "n_bytes", bag->n_bytes))
        return fail_set(why, ERR_PROTO, "監査記録かファイルの数が返還データと違います");
    rc = counts_of(&bag->info, arena, &counts, why);
    if (rc == ERR_OK && !span_eq(canon_member(exported, "counts"), counts))
        rc = fail_set(why, ERR_PROTO, "件数が返還データと違います");
    return rc;
}
