/* `ibasho backup list`: one line a backup. */
#include <inttypes.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/db/backup_state.h"
#include "node/db/db_wal.h"
#include "ops/backup/pieces.h"
#include "ops/cli/backup.h"

/* The last backup of a log, when all its log is archived, reaches as far as the archive says.
 */
static void reach(struct cli *cli, const char *dir, const struct pieces_chain *chain,
                  int64_t *to_us)
{
    struct backup_wal_state state;
    uint64_t place;

    if (backup_wal_state_read(cli->arena, dir, &state, NULL) == ERR_OK &&
        db_wal_place(state.place, &place) && place == chain->end &&
        state.through_utc_us > *to_us)
        *to_us = state.through_utc_us;
}

static enum err print_one(struct cli *cli, const char *dir, const struct backup_list *all,
                          const struct backup_entry *entry, struct fail *why)
{
    char id[ID_TEXT_CAP], at[CLOCK_TEXT_CAP], from[CLOCK_TEXT_CAP], to[CLOCK_TEXT_CAP];
    struct pieces pieces;
    struct pieces_chain chain;
    int64_t to_us;
    enum err rc = pieces_read(cli->arena, dir, all, entry, &pieces, why);

    if (rc != ERR_OK)
        return rc;
    id_text(entry->id, id);
    clock_tokyo_text(entry->at_utc_us, at);
    printf("%s  %s  %lld MiB  %s/%s%s", id, at, (long long)(entry->bytes >> 20), dir, id,
           BACKUP_SUFFIX);
    if (pieces_follow(&pieces, entry, &chain)) {
        to_us = chain.to_utc_us;
        reach(cli, dir, &chain, &to_us);
        clock_tokyo_text(entry->end_utc_us, from);
        clock_tokyo_text(to_us, to);
        printf("  %s から %s までに戻せます%s", from, to,
               chain.has_gap ? "（その先の記録は途切れています）" : "");
    }
    putchar('\n');
    return ERR_OK;
}

int backup_list_print(struct cli *cli, int argc, char **argv)
{
    struct backup_list all;
    const char *dir;
    struct fail why = {.code = ERR_NOMEM};
    enum err rc;

    (void)argv;
    if (argc != 0) {
        fputs("使い方: ibasho backup list\n", stderr);
        return CLI_CANNOT;
    }
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    dir = backup_dir(cli);
    rc = dir == NULL ? ERR_NOMEM : backup_index_read(cli->arena, dir, &all, &why);
    for (size_t i = 0; rc == ERR_OK && i < all.n; i++)
        rc = print_one(cli, dir, &all, &all.at[i], &why);
    if (rc == ERR_OK)
        return CLI_DONE;
    cli_say_fail(&why);
    return CLI_CANNOT;
}
