/* `ibasho federation purge begin | show`: at the contract's end, what other nodes hold of this
 * town goes, and who has said so. Asked of the running node over its admin socket. */
#include "ops/cli/federation_purge.h"

#include <inttypes.h>

#include "ops/cli/admin.h"
#include "ops/cli/federation_files.h"
#include "ops/cli/federation_show.h"
#include "ops/cli/tables.h"

#define PATH        "/api/v1/admin/federation/purge"
#define VALUES_MOST 100000

static int begin(struct cli *cli, int argc, char **argv);
static int show(struct cli *cli, int argc, char **argv);

enum { BEGIN, SHOW, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [BEGIN] =
        {"federation purge begin", "",
         "契約の終わりに、ほかのノードに、この自治体の分を消すようたのみます。消去の指示を"
         "受け取ったあとだけできます。もう一度行うと、まだの相手にすぐたのみ直します。",
         "ask every peer to destroy what it holds of this town", begin},
    [SHOW] = {"federation purge show", "[--json]",
              "どの相手から、消したという証明書が届いたかを表示します。まだの相手があれば 1 で"
              "終わります。",
              "print who has given a receipt and who is outstanding", show},
};
const struct cli_table cli_federation_purge = {rows, N_COMMANDS};

static int begin(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[BEGIN]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (!admin_must(cli, "POST", PATH, SPAN_NONE, &reply))
        return CLI_REFUSED;
    printf(
        "ほかのノードにたのみはじめました。30日のあいだ、証明書が届くまでくり返したのみます。\n"
        "次に: ibasho federation purge show\n");
    return CLI_DONE;
}

static void show_peer(FILE *to, const struct purge_peer_shown *peer)
{
    static const char *const states[] = {"証明書あり", "まだ      ", "届かない  "};
    char when[FED_WHEN_CAP], node[ID_TEXT_CAP];

    fed_when_text(peer->has_receipt ? peer->received_utc_us : peer->since_utc_us, when);
    id_text(peer->node, node);
    fprintf(to, "%s  %.*s  %s  %s%s", states[peer->state], SPAN_ARG(peer->name), node, when,
            peer->has_receipt ? "" : "から");
    if (peer->has_receipt && span_eq(peer->box, SPAN("gone")))
        fprintf(to, "  預けた鍵の半分も消えました");
    if (peer->code.len > 0)
        fprintf(to, "  （%.*s %.*s）", SPAN_ARG(peer->code), SPAN_ARG(peer->code_ja));
    fputc('\n', to);
}

enum err federation_purge_read(struct span body, struct arena *arena, struct purge_shown *out,
                               struct fail *why)
{
    return jx_read_within(body, (struct jx_limits){body.len + 1, VALUES_MOST},
                          &purge_shown_shape, arena, out, NULL, why);
}

void federation_purge_print(FILE *to, const struct purge_shown *shown)
{
    const struct purge_peer_shown *peers = shown->peers.at;

    for (size_t i = 0; i < shown->peers.n; i++)
        show_peer(to, &peers[i]);
    fprintf(to, "証明書 %" PRId64 " / 相手 %" PRId64 "\n", shown->n_receipts, shown->n_peers);
}

static int show(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct purge_shown shown;
    struct admin_reply reply;
    struct fail why;

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[SHOW]);
    if (!cli_need_conf(cli) || !admin_must(cli, "GET", PATH, SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(reply.body));
        return CLI_DONE;
    }
    if (federation_purge_read(reply.body, cli->arena, &shown, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (shown.state == PURGE_SHOWN_NONE) {
        printf("まだたのんでいません。\n");
        return CLI_DONE;
    }
    federation_purge_print(stdout, &shown);
    return shown.n_receipts == shown.n_peers ? CLI_DONE : CLI_REFUSED;
}
