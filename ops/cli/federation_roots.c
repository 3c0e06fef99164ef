/* `ibasho federation init | roots`: the three root keys and the first registry; three new ones
 * in their place. On files, without a node or a network. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "ops/cli/federation_change.h"
#include "ops/cli/tables.h"

#define COORDINATOR_K 5

static int init(struct cli *cli, int argc, char **argv);
static int new_roots(struct cli *cli, int argc, char **argv);

enum { INIT, ROOTS, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [INIT] = {"federation init",
              "DIR --name NAME --title 連合の名 --holders 人1,人2,人3 [--k 5] [--passphrase]",
              "連合をはじめます（ネットワークなしで）。根の鍵を三つと、最初の登録簿を DIR に"
              "作ります。鍵は三人が一つずつ持ち帰ります。",
              "begin a federation, offline: three root keys and the first registry", init},
    [ROOTS] = {"federation roots", "DIR --root KEY --root KEY [--passphrase]",
               "根の鍵を三つとも新しくします。いまの鍵のうち二つが要ります。",
               "three new root keys; takes two of the present ones", new_roots},
};
const struct cli_table cli_federation_roots = {rows, N_COMMANDS};

/* ---- init, roots ---- */

/* A passphrase typed twice; NULL: none wanted. False: refused, said. */
static bool ask_passphrase(struct cli *cli, bool is_wanted, const char *path, char **out)
{
    char *prompt = arena_printf(cli->arena, "%s の新しい合いことば: ", path), *again;

    *out = NULL;
    if (!is_wanted)
        return true;
    *out = prompt == NULL ? NULL : cli_ask(cli, prompt, true);
    again = *out == NULL ? NULL : cli_ask(cli, "もう一度: ", true);
    if (again != NULL && strlen(*out) >= 8 && strcmp(*out, again) == 0)
        return true;
    cli_say("合いことばは 8 文字以上で、二度とも同じに入れてください。" FED_NOTHING_DONE);
    return false;
}

/* Three keys in new files DIR/ROOT-KID.pem; those made are taken away again on failure. */
static bool make_roots(struct cli *cli, const char *dir, const char *name, int64_t first,
                       bool has_passphrase, struct fed_public roots[FED_ROOTS_N],
                       struct fed_root_files *files)
{
    char *paths[FED_ROOTS_N], *passphrase;
    struct fail why = {.code = ERR_OK};
    int n = 0;

    for (; n < FED_ROOTS_N; n++) {
        snprintf(roots[n].kid, sizeof roots[n].kid, "%s-root-%" PRId64, name, first + n);
        paths[n] = arena_printf(cli->arena, "%s/%s.pem", dir, roots[n].kid);
        if (paths[n] == NULL || !ask_passphrase(cli, has_passphrase, paths[n], &passphrase))
            break;
        if (rootkey_make(paths[n], passphrase, roots[n].ed25519, &why) != ERR_OK) {
            if (why.code == ERR_CONFLICT)
                cli_say("%s はもうあります。上書きはしません。" FED_NOTHING_DONE, paths[n]);
            else
                cli_say("%s に書けません。" FED_NOTHING_DONE, paths[n]);
            break;
        }
        if (rootkey_open(cli, paths[n], &files->at[files->n], &why) != ERR_OK) {
            cli_say("%s を読み返せません。" FED_NOTHING_DONE, paths[n]);
            n++;
            break;
        }
        files->n++;
    }
    if (files->n > 0 && n == FED_ROOTS_N && why.code == ERR_OK)
        return true;
    while (n-- > 0)
        remove(paths[n]);
    fed_roots_close(files);
    return false;
}

/* Made keys whose registry did not come to be are of no use. */
static void drop_roots(struct cli *cli, const char *dir,
                       const struct fed_public roots[FED_ROOTS_N])
{
    for (int i = 0; i < FED_ROOTS_N; i++) {
        const char *path = arena_printf(cli->arena, "%s/%s.pem", dir, roots[i].kid);

        if (path != NULL)
            remove(path);
    }
}

static void say_roots(const char *dir, const char *federation,
                      const struct fed_public roots[FED_ROOTS_N])
{
    char code[FED_CHECK_CODE_CAP];

    fed_roots_code(span_text(federation), roots, code);
    printf("根の鍵の確認番号　%s\n", code);
    for (int i = 0; i < FED_ROOTS_N; i++)
        printf("  %s/%s.pem\n", dir, roots[i].kid);
    puts("三人が一つずつ別の媒体に移し、ここからは消してください。二つなくすと、連合は登録簿を"
         "直せません。");
}

/* "人1,人2,人3" in three. */
static bool take_holders(struct cli *cli, const char *text, struct span out[FED_ROOTS_N])
{
    struct span rest = span_text(text);

    for (int i = 0; i < FED_ROOTS_N; i++) {
        const uint8_t *comma = rest.len == 0 ? NULL : memchr(rest.p, ',', rest.len);
        char *one;

        if ((comma == NULL) != (i == FED_ROOTS_N - 1))
            return false;
        out[i] = comma == NULL ? rest : span_of(rest.p, (size_t)(comma - rest.p));
        rest = comma == NULL ? SPAN_NONE : span_from(rest, out[i].len + 1);
        one = arena_text(cli->arena, out[i]);
        if (one == NULL || !fed_text_is_plain(cli, one))
            return false;
    }
    return true;
}

static int init_with(struct cli *cli, struct fed_office *office, struct registry_first *first,
                     bool has_passphrase)
{
    struct fed_root_files files = {.n = 0};
    struct registry_draft draft;
    struct span bytes;
    struct fail why;
    char *name = arena_text(cli->arena, first->federation);
    int rc = CLI_REFUSED;

    if (name == NULL ||
        !make_roots(cli, office->dir, name, 1, has_passphrase, first->roots, &files))
        return CLI_REFUSED;
    if (registry_draft_first(first, office->now_utc_us, FED_LIFE_DAYS * DAY_US, cli->arena,
                             &draft, &why) == ERR_OK &&
        registry_draft_end(&draft, &bytes, &why) == ERR_OK)
        rc = fed_office_sign(office, bytes, SPAN_NONE, &files);
    else
        cli_say("登録簿になりません（%s）。" FED_NOTHING_DONE, why.text);
    if (rc == CLI_DONE)
        say_roots(office->dir, name, first->roots);
    else
        drop_roots(cli, office->dir, first->roots);
    fed_roots_close(&files);
    return rc;
}

static int init(struct cli *cli, int argc, char **argv)
{
    const char *name = cli_take_option(&argc, argv, "--name");
    const char *title = cli_take_option(&argc, argv, "--title");
    const char *holders = cli_take_option(&argc, argv, "--holders");
    bool has_passphrase = cli_take_flag(&argc, argv, "--passphrase");
    struct registry_first first = {.coordinator_k = COORDINATOR_K};
    struct fed_office office;
    int64_t k;
    int rc = CLI_REFUSED;

    if (!fed_take_number(&argc, argv, "--k", COORDINATOR_K, 1000, &k))
        return CLI_CANNOT;
    if (argc != 1 || name == NULL || title == NULL || holders == NULL)
        return cli_wrong_words(&rows[INIT]);
    if (!fed_kid_is_good(span_text(name)) || strlen(name) > 30 ||
        !fed_text_is_plain(cli, title) || !take_holders(cli, holders, first.holders_ja) ||
        k < 1) {
        cli_say("--name は小文字の英数字とハイフンで30文字まで、--holders はコンマで区切った"
                "三人です。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (mkdir(argv[0], 0700) == 0)
        printf("%s を作りました。\n", argv[0]);
    if (!fed_office_open(cli, argv[0], &office))
        return CLI_CANNOT;
    first.federation = span_text(name);
    first.name_ja = span_text(title);
    first.coordinator_k = (int)k;
    if (office.current != NULL)
        cli_say("%s には登録簿がもうあります。" FED_NOTHING_DONE, argv[0]);
    else
        rc = init_with(cli, &office, &first, has_passphrase);
    fed_office_close(&office);
    return rc;
}

/* N of the newest root, "NAME-root-N". */
static int64_t last_root(const struct registry *registry)
{
    int64_t last = 0, n;

    for (int i = 0; i < FED_ROOTS_N; i++) {
        const char *dash = strrchr(registry_roots(registry)[i].kid, '-');

        if (dash != NULL && jx_i64_parse(span_text(dash + 1), &n) && n > last)
            last = n;
    }
    return last;
}

static int new_roots_with(struct cli *cli, struct fed_office *office,
                          struct fed_root_files *roots, bool has_passphrase)
{
    struct fed_public made[FED_ROOTS_N] = {{.kid = ""}};
    const char *name = registry_federation(office->current);
    struct fed_root_files all = {.n = 0};
    struct registry_draft draft;
    struct fail why;
    int rc = CLI_REFUSED, n_made;

    if (roots->n != FED_ROOTS_NEEDED) {
        cli_say("いまの根の鍵を二つ、--root で示してください。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!fed_change_draft(office, &draft) ||
        !make_roots(cli, office->dir, name, last_root(office->current) + 1, has_passphrase,
                    made, &all))
        return CLI_REFUSED;
    n_made = all.n;
    for (int i = 0; i < roots->n; i++)
        all.at[all.n++] = roots->at[i];
    if (registry_draft_roots(&draft, made, &why) != ERR_OK)
        rc = fed_change_refuse(&why);
    else
        rc = fed_change_sign(office, &draft, &all);
    all.n = n_made; /* the others are the caller's */
    fed_roots_close(&all);
    if (rc == CLI_DONE)
        say_roots(office->dir, name, made);
    else
        drop_roots(cli, office->dir, made);
    return rc;
}

static int new_roots(struct cli *cli, int argc, char **argv)
{
    bool has_passphrase = cli_take_flag(&argc, argv, "--passphrase");
    struct fed_root_files roots;
    struct fed_office office;
    int rc;

    if (!fed_change_begin(cli, &argc, argv, &rows[ROOTS], 1, true, &office, &roots, &rc))
        return rc;
    return fed_change_end(&office, &roots,
                          new_roots_with(cli, &office, &roots, has_passphrase));
}
