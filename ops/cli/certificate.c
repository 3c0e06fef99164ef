/* `ibasho verify certificate`: certificates of erasure, offline, needing nothing but the file.
 * `ibasho certificate pdf`: the same facts on paper. ops/verify/ibasho_verify.py says the same
 * without this program. */
#include <stdio.h>
#include <stdlib.h>

#include "ops/cli/certificate_bag.h"
#include "ops/cli/tables.h"
#include "tenants/certificate/certificate.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define VALID       0
#define INVALID     1
#define MISSING     2 /* valid, but not every other node gave a receipt */
#define UNREAD      3

static int verify_certificates(struct cli *cli, int argc, char **argv);
static int draw(struct cli *cli, int argc, char **argv);

enum { VERIFY, PDF, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [VERIFY] = {"verify certificate", "FILE... [--town PEM] [--bag DIR]",
                "データ消去証明書を、この機械だけで（ネットワークなしで）検査します。"
                "--bag DIR: 返還データも検査し、この証明書がそのデータのものかを確かめます。"
                "0 正しい、1 正しくない、2 正しいが受領書のない拠点がある、3 検査できない。",
                "check certificates of erasure offline, and against the bag: 0 valid, 1 not, "
                "2 receipts are missing, 3 cannot check",
                verify_certificates},
    [PDF] = {"certificate pdf", "FILE --to PDF",
             "データ消去証明書と同じ内容を、紙のための PDF にします。",
             "draw a certificate of erasure as a PDF", draw},
};
const struct cli_table cli_certificate = {rows, N_COMMANDS};

/* A whole file; NULL p when it cannot be read. */
static struct span slurp(struct arena *arena, const char *path, size_t most)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = f == NULL ? NULL : arena_alloc(arena, most + 1);
    size_t len = p == NULL ? 0 : fread(p, 1, most + 1, f);
    bool is_bad = p == NULL || ferror(f) != 0;

    if (f != NULL)
        (void)fclose(f);
    if (is_bad)
        return SPAN_NONE;
    return span_of(p, len); /* over most: what reads it refuses it */
}

static bool is_ours(enum err rc) /* nothing can be said of the file */
{
    return rc == ERR_NOMEM || rc == ERR_INTERNAL || rc == ERR_IO;
}

static void say_valid(const char *path, const struct certificate_facts *facts, bool has_town)
{
    char node[ID_TEXT_CAP], contract[ID_TEXT_CAP];

    id_text(facts->paper.node, node);
    id_text(facts->paper.contract, contract);
    printf("%s：正しいデータ消去証明書です。\n"
           "  証明書の SHA-256：%s\n  識別値：%.*s\n  拠点：%s\n  契約：%s\n"
           "  自治体の証明書の SHA-256：%s%s\n",
           path, facts->sha256, SPAN_ARG(facts->paper.bag), node, contract, facts->town_sha256,
           has_town ? "" : "（手元の証明書と見くらべてください）");
    for (size_t i = 0; i < facts->n_peers; i++) {
        if (facts->peers[i].has_receipt)
            continue;
        id_text(facts->peers[i].node, node);
        printf("  受領書なし：拠点 %s（%.*s）\n", node, SPAN_ARG(facts->peers[i].name));
    }
}

/* bag: NULL when none was given. */
static int verify_one(const char *path, struct span town, const struct check_result *bag)
{
    struct certificate_facts facts;
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct span text;
    enum err rc = arena_create(ARENA_BYTES, &arena, &why);
    int verdict = UNREAD;

    text = rc == ERR_OK ? slurp(arena, path, JWS_TEXT_MOST) : SPAN_NONE;
    if (text.p == NULL) {
        cli_say("%s が読めません。", path);
        goto out;
    }
    rc = certificate_check(text, town, arena, &facts, &why);
    if (rc == ERR_OK && bag != NULL)
        rc = certificate_bag_fits(&facts, bag, arena, &why);
    if (rc == ERR_OK) {
        say_valid(path, &facts, town.len > 0);
        verdict = facts.n_missing > 0 ? MISSING : VALID;
    } else if (is_ours(rc)) {
        cli_say_fail(&why);
    } else {
        printf("%s：正しくありません。%s\n", path, why.text);
        verdict = INVALID;
    }
out:
    arena_destroy(&arena);
    return verdict;
}

/* Of several files: not valid before cannot be read before receipts missing. */
static int worse(int a, int b)
{
    static const int rank[] = {[VALID] = 0, [MISSING] = 1, [UNREAD] = 2, [INVALID] = 3};

    return rank[a] > rank[b] ? a : b;
}

/* VALID, and *bag_out is what the certificates are compared with. */
static int read_bag(struct cli *cli, const char *dir, struct check_result **bag_out)
{
    struct fail why = {.code = ERR_OK};

    if (certificate_bag_check(cli, dir, bag_out, &why) != ERR_OK) {
        cli_say_fail(&why);
        return UNREAD;
    }
    if ((*bag_out)->n_defects == 0)
        return VALID;
    printf("%s：正しくありません。返還データに異常があります。\n", dir);
    return INVALID;
}

static int verify_certificates(struct cli *cli, int argc, char **argv)
{
    const char *town_path = cli_take_option(&argc, argv, "--town");
    const char *bag_dir = cli_take_option(&argc, argv, "--bag");
    struct check_result *bag = NULL;
    struct span town = SPAN_NONE;
    int verdict = VALID;

    if (argc < 1 || argv[0][0] == '-')
        return cli_wrong_words(&rows[VERIFY]);
    if (town_path != NULL) {
        town = slurp(cli->arena, town_path, JWS_PEM_CAP);
        if (town.len == 0) {
            cli_say("%s が読めません。", town_path);
            return UNREAD;
        }
    }
    if (bag_dir != NULL)
        verdict = read_bag(cli, bag_dir, &bag);
    if (verdict == UNREAD)
        return UNREAD;
    for (int i = 0; i < argc; i++)
        verdict = worse(verdict, verify_one(argv[i], town, bag));
    return verdict;
}

static int draw(struct cli *cli, int argc, char **argv)
{
    const char *to = cli_take_option(&argc, argv, "--to");
    struct certificate_facts facts;
    struct fail why = {.code = ERR_OK};
    struct span text;

    if (argc != 1 || to == NULL)
        return cli_wrong_words(&rows[PDF]);
    text = slurp(cli->arena, argv[0], JWS_TEXT_MOST);
    if (text.p == NULL) {
        cli_say("%s が読めません。", argv[0]);
        return CLI_CANNOT;
    }
    /* Only what holds is put on paper. */
    if (certificate_check(text, SPAN_NONE, cli->arena, &facts, &why) != ERR_OK ||
        certificate_pdf(&facts, to, cli->arena, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_REFUSED;
    }
    printf("%s を作りました。\n", to);
    return CLI_DONE;
}
