/* `ibasho floor check`, `ibasho floor import-tiled`: floor files on this machine alone, no
 * node, no network. Publishing goes through a node and stands elsewhere. */
#include <stdio.h>

#include "node/place/floor_file.h"
#include "node/place/ready.h"
#include "node/place/tiled.h"
#include "ops/cli/tables.h"

static int check(struct cli *cli, int argc, char **argv);
static int import_tiled(struct cli *cli, int argc, char **argv);

enum { CHECK, IMPORT_TILED, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [CHECK] = {"floor check", "FILE.json...",
               "フロアのファイルを、この機械だけで検査します。0 異常なし、1 直すところがある、"
               "2 検査できない。",
               "check floor files offline: 0 clean, 1 a rule is broken, 2 not readable", check},
    [IMPORT_TILED] = {"floor import-tiled", "MAP.json",
                      "Tiled の地図（JSON、直交、タイルセット埋め込み）をフロアの形式にして"
                      "標準出力に書きます。",
                      "turn a Tiled map (JSON, orthogonal, embedded tilesets) into a floor, on "
                      "standard output",
                      import_tiled},
};
const struct cli_table cli_floor = {rows, N_COMMANDS};

static void print_defects(const char *path, const struct jx_defects *defects)
{
    for (size_t i = 0; i < defects->n; i++) {
        const struct jx_defect *d = &defects->at[i];

        fprintf(stderr, "%s: %.*s: %s: %.*s\n", path, SPAN_ARG(d->pointer), d->rule,
                SPAN_ARG(d->text_ja));
    }
}

/* A floor that is among the files, or that every node has. */
static bool is_known(struct span id, const struct floor *const *floors, int n)
{
    bool is_found = false;

    for (size_t i = 0; i < ready_floors_n; i++)
        is_found = is_found || span_eq(id, span_text(ready_floors[i].id));
    for (int i = 0; i < n; i++)
        is_found = is_found || (floors[i] != NULL && span_eq(id, floors[i]->id));
    return is_found;
}

/* Ways out to floors that this machine does not know: the node may, and asks when it is
 * published. */
static void warn_portals(const char *path, const struct floor *floor,
                         const struct floor *const *floors, int n)
{
    for (size_t i = 0; i < floor->areas.n; i++) {
        const struct floor_area *area = floor_area_nth(floor, i);

        if (area->has_to && !is_known(area->to, floors, n))
            fprintf(stderr,
                    "%s: /areas/%zu/to: portal-unknown: 注意。行き先のフロア %.*s は、ここに"
                    "ありません。ノードにもないと、公開できません。\n",
                    path, i, SPAN_ARG(area->to));
    }
}

static int check_one(struct cli *cli, const char *path, const struct floor **floor_out)
{
    const struct floor *floor;
    struct jx_defects defects;
    struct fail why;
    enum err rc = floor_read_file(path, cli->arena, &floor, &defects, &why);

    if (rc == ERR_OK) {
        printf("%s: %.*s %lld %s\n", path, SPAN_ARG(floor->id), (long long)floor->version,
               floor->hash);
        *floor_out = floor;
        return CLI_DONE;
    }
    print_defects(path, &defects);
    if (defects.n == 0)
        cli_say("%s: %s", path, why.text);
    return rc == ERR_INVALID || rc == ERR_PROTO || rc == ERR_TOO_LARGE ? CLI_REFUSED
                                                                       : CLI_CANNOT;
}

static int check(struct cli *cli, int argc, char **argv)
{
    const struct floor **floors = arena_alloc(cli->arena, (size_t)argc * sizeof *floors + 1);
    int worst = CLI_DONE;

    if (argc < 1)
        return cli_wrong_words(&rows[CHECK]);
    if (floors == NULL)
        return CLI_CANNOT;
    for (int i = 0; i < argc; i++) {
        int one;

        floors[i] = NULL;
        one = check_one(cli, argv[i], &floors[i]);
        worst = one > worst ? one : worst;
    }
    for (int i = 0; i < argc; i++)
        if (floors[i] != NULL)
            warn_portals(argv[i], floors[i], floors, argc);
    return worst;
}

static int import_tiled(struct cli *cli, int argc, char **argv)
{
    struct jx_defects defects = {0};
    struct span text;
    struct fail why;
    enum err rc;

    if (argc != 1)
        return cli_wrong_words(&rows[IMPORT_TILED]);
    rc = tiled_read_file(argv[0], cli->arena, &text, &defects, &why);
    if (rc == ERR_OK)
        return fwrite(text.p, 1, text.len, stdout) == text.len && putchar('\n') == '\n'
                   ? CLI_DONE
                   : CLI_CANNOT;
    print_defects(argv[0], &defects);
    if (defects.n == 0)
        cli_say("%s: %s%s%s", argv[0], why.field, why.field[0] == '\0' ? "" : ": ", why.text);
    return rc == ERR_INVALID || rc == ERR_PROTO || rc == ERR_TOO_LARGE ? CLI_REFUSED
                                                                       : CLI_CANNOT;
}
