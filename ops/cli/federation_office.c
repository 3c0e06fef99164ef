/* `ibasho federation init | invite | admit | renew | revoke | roots | sign`: what the holders
 * of the root keys do, on files, on a machine that needs no node and no network. */
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/stat.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/base/utf.h"
#include "ops/cli/federation_files.h"
#include "ops/cli/tables.h"

#define LIFE_DAYS      7
#define INVITE_DAYS    14
#define KEY_DAYS       400
#define OVERLAP_DAYS   2
#define CAPACITY       30
#define COORDINATOR_K  5
#define ROLES_DEFAULT  "host,guest"
#define NOTHING_DONE   "何も変えていません。"
#define DOC_TEXT_SMALL 65536

static int init(struct cli *cli, int argc, char **argv);
static int invite(struct cli *cli, int argc, char **argv);
static int admit(struct cli *cli, int argc, char **argv);
static int renew(struct cli *cli, int argc, char **argv);
static int revoke(struct cli *cli, int argc, char **argv);
static int new_roots(struct cli *cli, int argc, char **argv);
static int add_signature(struct cli *cli, int argc, char **argv);

enum { INIT, INVITE, ADMIT, RENEW, REVOKE, ROOTS, SIGN, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [INIT] = {"federation init",
              "DIR --name NAME --title 連合の名 --holders 人1,人2,人3 [--k 5] [--passphrase]",
              "連合をはじめます（ネットワークなしで）。根の鍵を三つと、最初の登録簿を DIR に"
              "作ります。鍵は三人が一つずつ持ち帰ります。",
              "begin a federation, offline: three root keys and the first registry", init},
    [INVITE] = {"federation invite",
                "DIR --for 自治体の名 --root KEY --to FILE [--days 14] [--endpoint HOST:PORT "
                "--spki HEX]",
                "一つの自治体への招待状を作ります。一度だけ、期限まで使えます。",
                "a signed invitation for one node, used once, with an end", invite},
    [ADMIT] = {"federation admit",
               "DIR FILE --root KEY [--root KEY] [--contract ID --to 日 --population N "
               "[--from 日] [--roles host,guest] [--capacity 30]]",
               "申し込み（join か rotate のファイル）を、次の登録簿にのせます。二つの根の鍵が"
               "要ります。",
               "take a request to join or a new key into the next registry; takes two roots",
               admit},
    [RENEW] = {"federation renew", "DIR --root KEY [--root KEY]",
               "中身はそのままで、登録簿の期限をのばします（7日ごとに要ります）。",
               "the same registry with a new term of seven days", renew},
    [REVOKE] = {"federation revoke",
                "DIR (--kid KID --reason lost|stolen|replaced|left|other | --node ID) --root "
                "KEY [--root KEY]",
                "鍵を使えなくするか、ノードの契約をいま終わらせます。",
                "revoke a key, or end a node's contract now", revoke},
    [ROOTS] = {"federation roots", "DIR --root KEY --root KEY [--passphrase]",
               "根の鍵を三つとも新しくします。いまの鍵のうち二つが要ります。",
               "three new root keys; takes two of the present ones", new_roots},
    [SIGN] = {"federation sign", "DIR --root KEY [--root KEY]",
              "署名を待っている登録簿に署名します。二つそろうと有効になります。",
              "sign the registry that waits; two make it good", add_signature},
};
const struct cli_table cli_federation = {rows, N_COMMANDS};

/* ---- words ---- */

/* The number behind an option; `other` when it is absent. False: not such a number; said. */
static bool take_number(int *argc, char **argv, const char *name, int64_t other, int64_t most,
                        int64_t *out)
{
    const char *text = cli_take_option(argc, argv, name);

    *out = other;
    if (text == NULL || (jx_i64_parse(span_text(text), out) && *out >= 0 && *out <= most))
        return true;
    cli_say("%s には 0 から %" PRId64 " までの数を入れてください。" NOTHING_DONE, name, most);
    return false;
}

/* One line without hidden characters, as the documents take it. */
static bool is_plain(struct cli *cli, const char *text)
{
    struct span clean;

    return text != NULL && text[0] != '\0' &&
           utf_clean(span_text(text), 0, cli->arena, &clean, NULL) == ERR_OK &&
           span_eq(clean, span_text(text));
}

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
    cli_say("合いことばは 8 文字以上で、二度とも同じに入れてください。" NOTHING_DONE);
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
                cli_say("%s はもうあります。上書きはしません。" NOTHING_DONE, paths[n]);
            else
                cli_say("%s に書けません。" NOTHING_DONE, paths[n]);
            break;
        }
        if (rootkey_open(cli, paths[n], &files->at[files->n], &why) != ERR_OK) {
            cli_say("%s を読み返せません。" NOTHING_DONE, paths[n]);
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
        if (one == NULL || !is_plain(cli, one))
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
    if (registry_draft_first(first, office->now_utc_us, LIFE_DAYS * DAY_US, cli->arena, &draft,
                             &why) == ERR_OK &&
        registry_draft_end(&draft, &bytes, &why) == ERR_OK)
        rc = fed_office_sign(office, bytes, SPAN_NONE, &files);
    else
        cli_say("登録簿になりません（%s）。" NOTHING_DONE, why.text);
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

    if (!take_number(&argc, argv, "--k", COORDINATOR_K, 1000, &k))
        return CLI_CANNOT;
    if (argc != 1 || name == NULL || title == NULL || holders == NULL)
        return cli_wrong_words(&rows[INIT]);
    if (!fed_kid_is_good(span_text(name)) || strlen(name) > 30 || !is_plain(cli, title) ||
        !take_holders(cli, holders, first.holders_ja) || k < 1) {
        cli_say("--name は小文字の英数字とハイフンで30文字まで、--holders はコンマで区切った"
                "三人です。" NOTHING_DONE);
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
        cli_say("%s には登録簿がもうあります。" NOTHING_DONE, argv[0]);
    else
        rc = init_with(cli, &office, &first, has_passphrase);
    fed_office_close(&office);
    return rc;
}

/* ---- what all changes share ---- */

/* An office with a registry, and the root keys of the words. */
static bool begin(struct cli *cli, int *argc, char **argv, const struct cli_command *command,
                  int n_words, struct fed_office *office, struct fed_root_files *roots,
                  int *rc_out)
{
    *rc_out = CLI_CANNOT;
    if (!fed_roots_take(cli, argc, argv, roots))
        return false;
    if (*argc != n_words) {
        fed_roots_close(roots);
        *rc_out = cli_wrong_words(command);
        return false;
    }
    if (!fed_office_open(cli, argv[0], office)) {
        fed_roots_close(roots);
        return false;
    }
    if (office->current == NULL)
        cli_say("%s にはまだ登録簿がありません（ibasho federation init）。", argv[0]);
    else if (command != &rows[SIGN] && command != &rows[INVITE] && fed_office_has_draft(office))
        cli_say("署名を待っている登録簿があります。先に ibasho federation sign で署名するか、"
                "そのファイル（registry-*.draft.txt）を消してください。" NOTHING_DONE);
    else
        return true;
    fed_office_close(office);
    fed_roots_close(roots);
    return false;
}

static int end(struct fed_office *office, struct fed_root_files *roots, int rc)
{
    fed_office_close(office);
    fed_roots_close(roots);
    return rc;
}

static bool draft_begin(struct fed_office *office, struct registry_draft *draft)
{
    struct fail why;

    if (registry_draft_begin(office->bytes, office->now_utc_us, LIFE_DAYS * DAY_US,
                             office->cli->arena, draft, &why) == ERR_OK)
        return true;
    cli_say("いまの登録簿の次が作れません（%s）。時計を確かめてください。" NOTHING_DONE,
            why.text);
    return false;
}

static int draft_end(struct fed_office *office, struct registry_draft *draft,
                     const struct fed_root_files *roots)
{
    struct span bytes;
    struct fail why;

    if (registry_draft_end(draft, &bytes, &why) == ERR_OK)
        return fed_office_sign(office, bytes, SPAN_NONE, roots);
    cli_say("登録簿になりません（%s）。" NOTHING_DONE, why.text);
    return CLI_REFUSED;
}

static int refuse(const struct fail *why)
{
    static const char *const sentences[ERR_N] = {
        [ERR_DENIED] = "ほかの連合の招待状か、署名が合いません。",
        [ERR_CONFLICT] = "鍵の名前、鍵、またはつなぎ先が、もう登録簿にあります。",
        [ERR_NOT_FOUND] = "そのノードや鍵は、登録簿にありません。",
        [ERR_INVALID] = "契約の番号か日、役割、人数が正しくありません。",
        [ERR_PROTO] = "申し込みとして読めません。途中で切れたか、書きかえられています。",
        [ERR_TIMEOUT] = "招待状か申し込みの期限が切れています。",
    };
    const char *text = sentences[why->code];

    cli_say("%s" NOTHING_DONE "（%s）", text == NULL ? "できませんでした。" : text, why->text);
    return CLI_REFUSED;
}

/* ---- invite ---- */

static bool invitation_id(struct id *out)
{
    *out = id_new();
    /* An id of the moment can be guessed; this one is a secret until it is used. */
    return RAND_bytes(out->b + 6, 10) == 1;
}

static int invite_with(struct cli *cli, struct fed_office *office,
                       const struct fed_root_files *roots, struct fed_invitation *invitation,
                       const char *to)
{
    const struct fed_public *known = registry_roots(office->current);
    const char *kid = NULL;
    struct span bytes, line, whole;
    struct fed_doc_signer signer;
    struct fail why;
    char code[FED_CHECK_CODE_CAP], until[FED_WHEN_CAP], *guest;

    for (int i = 0; i < FED_ROOTS_N; i++)
        if (memcmp(known[i].ed25519, rootkey_public(roots->at[0]), FED_PUBLIC_BYTES) == 0)
            kid = known[i].kid;
    if (kid == NULL) {
        cli_say("この鍵は、この連合の根の鍵ではありません。" NOTHING_DONE);
        return CLI_REFUSED;
    }
    memcpy(invitation->roots, known, sizeof invitation->roots);
    signer = (struct fed_doc_signer){kid, rootkey_sign, roots->at[0]};
    guest = arena_text(cli->arena, invitation->guest_ja);
    if (guest == NULL || fed_invitation_write(invitation, cli->arena, &bytes, &why) != ERR_OK ||
        fed_doc_sign(FED_DOC_INVITATION, bytes, &signer, cli->arena, &line, &why) != ERR_OK ||
        fed_doc_join(bytes, line, cli->arena, &whole, &why) != ERR_OK) {
        cli_say("招待状を作れません。" NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!fed_office_invite_add(office, invitation->id, invitation->until_utc_us, guest) ||
        !fed_file_write(to, whole))
        return CLI_CANNOT;
    fed_when_text(invitation->until_utc_us, until);
    fed_roots_code(invitation->federation, known, code);
    printf("招待状ができました: %s\n%s だけが、%s まで、一度だけ使えます。\n"
           "渡すときに、この確認番号を電話か紙で伝えてください　%s\n",
           to, guest, until, code);
    return CLI_DONE;
}

static int invite(struct cli *cli, int argc, char **argv)
{
    const char *guest = cli_take_option(&argc, argv, "--for");
    const char *to = cli_take_option(&argc, argv, "--to");
    const char *endpoint = cli_take_option(&argc, argv, "--endpoint");
    const char *spki = cli_take_option(&argc, argv, "--spki");
    struct fed_invitation invitation = {.has_endpoint = endpoint != NULL};
    struct fed_root_files roots;
    struct fed_office office;
    int64_t days;
    int rc;

    if (!take_number(&argc, argv, "--days", INVITE_DAYS, FED_INVITE_MOST_US / DAY_US, &days))
        return CLI_CANNOT;
    if (guest == NULL || to == NULL || (endpoint == NULL) != (spki == NULL))
        return cli_wrong_words(&rows[INVITE]);
    if (!is_plain(cli, guest) || days == 0 ||
        (endpoint != NULL && (!fed_endpoint_is_good(span_text(endpoint)) ||
                              !hex_read(span_text(spki), invitation.spki, FED_SPKI_BYTES)))) {
        cli_say("--for の名前、--days、--endpoint（host:443 の形）、--spki（16進64桁）を"
                "確かめてください。" NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!begin(cli, &argc, argv, &rows[INVITE], 1, &office, &roots, &rc))
        return rc;
    if (roots.n != 1 || !invitation_id(&invitation.id))
        return end(&office, &roots, cli_wrong_words(&rows[INVITE]));
    invitation.federation = span_text(registry_federation(office.current));
    invitation.name_ja = registry_name_ja(office.current);
    invitation.guest_ja = span_text(guest);
    invitation.seq = registry_head(office.current).seq;
    invitation.issued_utc_us = office.now_utc_us;
    invitation.until_utc_us = office.now_utc_us + days * DAY_US;
    invitation.endpoint = span_text(endpoint);
    return end(&office, &roots, invite_with(cli, &office, &roots, &invitation, to));
}

/* ---- admit ---- */

/* "host,guest" to bits; 0: not so. */
static unsigned roles_read(const char *text)
{
    struct span rest = span_text(text);
    unsigned roles = 0;

    while (rest.len > 0) {
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        struct span one = comma == NULL ? rest : span_of(rest.p, (size_t)(comma - rest.p));
        int role = jx_choice_find(FED_ROLES, one);

        if (role < 0)
            return 0;
        roles |= FED_ROLE_BIT(role);
        rest = comma == NULL ? SPAN_NONE : span_from(rest, one.len + 1);
    }
    return roles;
}

static int tier_of(const struct fed_thresholds *thresholds, int64_t population)
{
    for (int i = 0; i < thresholds->n_tiers - 1; i++)
        if (population < thresholds->tiers[i].population_under)
            return i;
    return thresholds->n_tiers - 1;
}

struct admit_words {
    const char *contract, *from, *to, *roles;
    int64_t population, capacity; /* population -1: not given */
};

static bool terms_of(const struct fed_office *office, const struct admit_words *words,
                     struct registry_terms *out)
{
    if (words->contract == NULL || words->to == NULL || words->population < 0) {
        cli_say("はじめて入るノードには --contract、--to、--population が"
                "要ります。" NOTHING_DONE);
        return false;
    }
    *out = (struct registry_terms){
        .contract = span_text(words->contract),
        .from_utc_us = office->now_utc_us,
        .tier = tier_of(registry_thresholds(office->current), words->population),
        .capacity = (int)words->capacity,
        .roles = roles_read(words->roles),
        .key_life_us = KEY_DAYS * DAY_US,
    };
    if ((words->from != NULL && !fed_day_read(words->from, &out->from_utc_us)) ||
        !fed_day_read(words->to, &out->to_utc_us) || out->roles == 0) {
        cli_say("日は 2026-04-01 の形、役割は host,guest,kpi,coordinator,witness から"
                "選んでください。" NOTHING_DONE);
        return false;
    }
    out->to_utc_us += DAY_US; /* the last day counts whole */
    return true;
}

static int admit_join(struct fed_office *office, struct span text,
                      const struct admit_words *words, const struct fed_root_files *roots)
{
    struct registry_draft draft;
    struct registry_terms terms;
    struct fed_join join;
    struct fail why;
    int rc;

    if (fed_join_read(text, office->now_utc_us, office->cli->arena, &join, &why) != ERR_OK)
        return refuse(&why);
    switch (fed_office_invite_state(office, join.invitation.id)) {
    case FED_INVITE_UNKNOWN:
        cli_say("この招待状は、ここで出したものではありません。" NOTHING_DONE);
        return CLI_REFUSED;
    case FED_INVITE_USED:
        cli_say("この招待状は、もう使われました。" NOTHING_DONE);
        return CLI_REFUSED;
    case FED_INVITE_OPEN:
        break;
    }
    if (!terms_of(office, words, &terms) || !draft_begin(office, &draft))
        return CLI_REFUSED;
    if (registry_draft_admit(&draft, &join, &terms, &why) != ERR_OK)
        return refuse(&why);
    rc = draft_end(office, &draft, roots);
    if (rc == CLI_DONE && !fed_office_invite_use(office, join.invitation.id))
        cli_say(
            "注意。招待状を「使った」と書けませんでした。invitations.txt を直してください。");
    if (rc == CLI_DONE)
        printf("%.*s（%.*s）をのせました。\n", SPAN_ARG(join.name_ja), SPAN_ARG(join.endpoint));
    return rc;
}

static int admit_rotation(struct fed_office *office, struct span text,
                          const struct fed_root_files *roots)
{
    struct registry_draft draft;
    struct fed_rotation rotation;
    struct fed_sigs sigs;
    struct span bytes;
    struct fail why;

    if (fed_rotation_read(text, office->now_utc_us, office->cli->arena, &rotation, &sigs,
                          &bytes, &why) != ERR_OK)
        return refuse(&why);
    if (!draft_begin(office, &draft))
        return CLI_REFUSED;
    if (registry_draft_rotate(&draft, &rotation, &sigs, bytes, OVERLAP_DAYS * DAY_US,
                              KEY_DAYS * DAY_US, &why) != ERR_OK)
        return refuse(&why);
    return draft_end(office, &draft, roots);
}

static int admit(struct cli *cli, int argc, char **argv)
{
    struct admit_words words = {
        .contract = cli_take_option(&argc, argv, "--contract"),
        .from = cli_take_option(&argc, argv, "--from"),
        .to = cli_take_option(&argc, argv, "--to"),
        .roles = cli_take_option(&argc, argv, "--roles"),
    };
    struct fed_root_files roots;
    struct fed_office office;
    struct span text;
    int rc;

    if (words.roles == NULL)
        words.roles = ROLES_DEFAULT;
    if (!take_number(&argc, argv, "--population", -1, 100000000, &words.population) ||
        !take_number(&argc, argv, "--capacity", CAPACITY, 10000, &words.capacity))
        return CLI_CANNOT;
    if (!begin(cli, &argc, argv, &rows[ADMIT], 2, &office, &roots, &rc))
        return rc;
    if (!fed_file_read(cli, argv[1], DOC_TEXT_SMALL, &text))
        rc = CLI_CANNOT;
    else if (span_has_prefix(text, SPAN("{\"doc\":\"rotation\"")))
        rc = admit_rotation(&office, text, &roots);
    else
        rc = admit_join(&office, text, &words, &roots);
    return end(&office, &roots, rc);
}

/* ---- renew, revoke, roots, sign ---- */

static int renew(struct cli *cli, int argc, char **argv)
{
    struct registry_draft draft;
    struct fed_root_files roots;
    struct fed_office office;
    int rc;

    if (!begin(cli, &argc, argv, &rows[RENEW], 1, &office, &roots, &rc))
        return rc;
    rc = draft_begin(&office, &draft) ? draft_end(&office, &draft, &roots) : CLI_REFUSED;
    return end(&office, &roots, rc);
}

static int revoke(struct cli *cli, int argc, char **argv)
{
    const char *kid = cli_take_option(&argc, argv, "--kid");
    const char *reason = cli_take_option(&argc, argv, "--reason");
    const char *node = cli_take_option(&argc, argv, "--node");
    struct registry_draft draft;
    struct fed_root_files roots;
    struct fed_office office;
    struct id id = ID_NONE;
    struct fail why = {.code = ERR_OK};
    int rc;

    if ((kid == NULL) == (node == NULL) || (kid == NULL) != (reason == NULL))
        return cli_wrong_words(&rows[REVOKE]);
    if ((reason != NULL && jx_choice_find(REGISTRY_REASONS, span_text(reason)) < 0) ||
        (node != NULL && id_parse(span_text(node), &id, NULL) != ERR_OK)) {
        cli_say("理由は lost・stolen・replaced・left・other のどれか、ノードは ID で入れて"
                "ください。" NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!begin(cli, &argc, argv, &rows[REVOKE], 1, &office, &roots, &rc))
        return rc;
    if (!draft_begin(&office, &draft))
        return end(&office, &roots, CLI_REFUSED);
    if (kid != NULL)
        (void)!registry_draft_revoke(&draft, span_text(kid),
                                     jx_choice_find(REGISTRY_REASONS, span_text(reason)),
                                     office.now_utc_us, &why);
    else
        (void)!registry_draft_leave(&draft, id, &why);
    rc = why.code == ERR_OK ? draft_end(&office, &draft, &roots) : refuse(&why);
    return end(&office, &roots, rc);
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
        cli_say("いまの根の鍵を二つ、--root で示してください。" NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!draft_begin(office, &draft) ||
        !make_roots(cli, office->dir, name, last_root(office->current) + 1, has_passphrase,
                    made, &all))
        return CLI_REFUSED;
    n_made = all.n;
    for (int i = 0; i < roots->n; i++)
        all.at[all.n++] = roots->at[i];
    if (registry_draft_roots(&draft, made, &why) != ERR_OK)
        rc = refuse(&why);
    else
        rc = draft_end(office, &draft, &all);
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

    if (!begin(cli, &argc, argv, &rows[ROOTS], 1, &office, &roots, &rc))
        return rc;
    return end(&office, &roots, new_roots_with(cli, &office, &roots, has_passphrase));
}

static int add_signature(struct cli *cli, int argc, char **argv)
{
    struct fed_root_files roots;
    struct fed_office office;
    struct span bytes, sig_lines;
    int rc;

    if (!begin(cli, &argc, argv, &rows[SIGN], 1, &office, &roots, &rc))
        return rc;
    rc = fed_office_draft(&office, &bytes, &sig_lines)
             ? fed_office_sign(&office, bytes, sig_lines, &roots)
             : CLI_REFUSED;
    return end(&office, &roots, rc);
}
