/* `ibasho federation init | invite | admit | renew | revoke | roots | sign`: what the holders
 * of the root keys do, on files, on a machine that needs no node and no network. */
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "ops/cli/federation_change.h"
#include "ops/cli/tables.h"

#define INVITE_DAYS    14
#define KEY_DAYS       400
#define OVERLAP_DAYS   2
#define CAPACITY       30
#define ROLES_DEFAULT  "host,guest"
#define DOC_TEXT_SMALL 65536

static int invite(struct cli *cli, int argc, char **argv);
static int admit(struct cli *cli, int argc, char **argv);
static int renew(struct cli *cli, int argc, char **argv);
static int revoke(struct cli *cli, int argc, char **argv);
static int add_signature(struct cli *cli, int argc, char **argv);

enum { INVITE, ADMIT, RENEW, REVOKE, SIGN, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
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
    [SIGN] = {"federation sign", "DIR --root KEY [--root KEY]",
              "署名を待っている登録簿に署名します。二つそろうと有効になります。",
              "sign the registry that waits; two make it good", add_signature},
};
const struct cli_table cli_federation = {rows, N_COMMANDS};

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
        cli_say("この鍵は、この連合の根の鍵ではありません。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    }
    memcpy(invitation->roots, known, sizeof invitation->roots);
    signer = (struct fed_doc_signer){kid, rootkey_sign, roots->at[0]};
    guest = arena_text(cli->arena, invitation->guest_ja);
    if (guest == NULL || fed_invitation_write(invitation, cli->arena, &bytes, &why) != ERR_OK ||
        fed_doc_sign(FED_DOC_INVITATION, bytes, &signer, cli->arena, &line, &why) != ERR_OK ||
        fed_doc_join(bytes, line, cli->arena, &whole, &why) != ERR_OK) {
        cli_say("招待状を作れません。" FED_NOTHING_DONE);
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

    if (!fed_take_number(&argc, argv, "--days", INVITE_DAYS, FED_INVITE_MOST_US / DAY_US,
                         &days))
        return CLI_CANNOT;
    if (guest == NULL || to == NULL || (endpoint == NULL) != (spki == NULL))
        return cli_wrong_words(&rows[INVITE]);
    if (!fed_text_is_plain(cli, guest) || days == 0 ||
        (endpoint != NULL && (!fed_endpoint_is_good(span_text(endpoint)) ||
                              !hex_read(span_text(spki), invitation.spki, FED_SPKI_BYTES)))) {
        cli_say("--for の名前、--days、--endpoint（host:443 の形）、--spki（16進64桁）を"
                "確かめてください。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!fed_change_begin(cli, &argc, argv, &rows[INVITE], 1, false, &office, &roots, &rc))
        return rc;
    if (roots.n != 1 || !invitation_id(&invitation.id))
        return fed_change_end(&office, &roots, cli_wrong_words(&rows[INVITE]));
    invitation.federation = span_text(registry_federation(office.current));
    invitation.name_ja = registry_name_ja(office.current);
    invitation.guest_ja = span_text(guest);
    invitation.seq = registry_head(office.current).seq;
    invitation.issued_utc_us = office.now_utc_us;
    invitation.until_utc_us = office.now_utc_us + days * DAY_US;
    invitation.endpoint = span_text(endpoint);
    return fed_change_end(&office, &roots, invite_with(cli, &office, &roots, &invitation, to));
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
                "要ります。" FED_NOTHING_DONE);
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
                "選んでください。" FED_NOTHING_DONE);
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
        return fed_change_refuse(&why);
    switch (fed_office_invite_state(office, join.invitation.id)) {
    case FED_INVITE_UNKNOWN:
        cli_say("この招待状は、ここで出したものではありません。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    case FED_INVITE_USED:
        cli_say("この招待状は、もう使われました。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    case FED_INVITE_OPEN:
        break;
    }
    if (!terms_of(office, words, &terms) || !fed_change_draft(office, &draft))
        return CLI_REFUSED;
    if (registry_draft_admit(&draft, &join, &terms, &why) != ERR_OK)
        return fed_change_refuse(&why);
    rc = fed_change_sign(office, &draft, roots);
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
        return fed_change_refuse(&why);
    if (!fed_change_draft(office, &draft))
        return CLI_REFUSED;
    if (registry_draft_rotate(&draft, &rotation, &sigs, bytes, OVERLAP_DAYS * DAY_US,
                              KEY_DAYS * DAY_US, &why) != ERR_OK)
        return fed_change_refuse(&why);
    return fed_change_sign(office, &draft, roots);
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
    if (!fed_take_number(&argc, argv, "--population", -1, 100000000, &words.population) ||
        !fed_take_number(&argc, argv, "--capacity", CAPACITY, 10000, &words.capacity))
        return CLI_CANNOT;
    if (!fed_change_begin(cli, &argc, argv, &rows[ADMIT], 2, true, &office, &roots, &rc))
        return rc;
    if (!fed_file_read(cli, argv[1], DOC_TEXT_SMALL, &text))
        rc = CLI_CANNOT;
    else if (span_has_prefix(text, SPAN("{\"doc\":\"rotation\"")))
        rc = admit_rotation(&office, text, &roots);
    else
        rc = admit_join(&office, text, &words, &roots);
    return fed_change_end(&office, &roots, rc);
}

/* ---- renew, revoke, roots, sign ---- */

static int renew(struct cli *cli, int argc, char **argv)
{
    struct registry_draft draft;
    struct fed_root_files roots;
    struct fed_office office;
    int rc;

    if (!fed_change_begin(cli, &argc, argv, &rows[RENEW], 1, true, &office, &roots, &rc))
        return rc;
    rc = fed_change_draft(&office, &draft) ? fed_change_sign(&office, &draft, &roots)
                                           : CLI_REFUSED;
    return fed_change_end(&office, &roots, rc);
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
                "ください。" FED_NOTHING_DONE);
        return CLI_REFUSED;
    }
    if (!fed_change_begin(cli, &argc, argv, &rows[REVOKE], 1, true, &office, &roots, &rc))
        return rc;
    if (!fed_change_draft(&office, &draft))
        return fed_change_end(&office, &roots, CLI_REFUSED);
    if (kid != NULL)
        (void)!registry_draft_revoke(&draft, span_text(kid),
                                     jx_choice_find(REGISTRY_REASONS, span_text(reason)),
                                     office.now_utc_us, &why);
    else
        (void)!registry_draft_leave(&draft, id, &why);
    rc =
        why.code == ERR_OK ? fed_change_sign(&office, &draft, &roots) : fed_change_refuse(&why);
    return fed_change_end(&office, &roots, rc);
}

static int add_signature(struct cli *cli, int argc, char **argv)
{
    struct fed_root_files roots;
    struct fed_office office;
    struct span bytes, sig_lines;
    int rc;

    if (!fed_change_begin(cli, &argc, argv, &rows[SIGN], 1, false, &office, &roots, &rc))
        return rc;
    rc = fed_office_draft(&office, &bytes, &sig_lines)
             ? fed_office_sign(&office, bytes, sig_lines, &roots)
             : CLI_REFUSED;
    return fed_change_end(&office, &roots, rc);
}
