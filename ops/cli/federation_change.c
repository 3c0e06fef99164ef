#include "ops/cli/federation_change.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/base/utf.h"

/* ---- words ---- */

/* The number behind an option; `other` when it is absent. False: not such a number; said. */
bool fed_take_number(int *argc, char **argv, const char *name, int64_t other, int64_t most,
                     int64_t *out)
{
    const char *text = cli_take_option(argc, argv, name);

    *out = other;
    if (text == NULL || (jx_i64_parse(span_text(text), out) && *out >= 0 && *out <= most))
        return true;
    cli_say("%s には 0 から %" PRId64 " までの数を入れてください。" FED_NOTHING_DONE, name,
            most);
    return false;
}

/* One line without hidden characters, as the documents take it. */
bool fed_text_is_plain(struct cli *cli, const char *text)
{
    struct span clean;

    return text != NULL && text[0] != '\0' &&
           utf_clean(span_text(text), 0, cli->arena, &clean, NULL) == ERR_OK &&
           span_eq(clean, span_text(text));
}

/* ---- what all changes share ---- */

/* An office with a registry, and the root keys of the words. */
bool fed_change_begin(struct cli *cli, int *argc, char **argv,
                      const struct cli_command *command, int n_words, bool is_next,
                      struct fed_office *office, struct fed_root_files *roots, int *rc_out)
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
    else if (is_next && fed_office_has_draft(office))
        cli_say("署名を待っている登録簿があります。先に ibasho federation sign で署名するか、"
                "そのファイル（registry-*.draft.txt）を消してください。" FED_NOTHING_DONE);
    else
        return true;
    fed_office_close(office);
    fed_roots_close(roots);
    return false;
}

int fed_change_end(struct fed_office *office, struct fed_root_files *roots, int rc)
{
    fed_office_close(office);
    fed_roots_close(roots);
    return rc;
}

bool fed_change_draft(struct fed_office *office, struct registry_draft *draft)
{
    struct fail why;

    if (registry_draft_begin(office->bytes, office->now_utc_us, FED_LIFE_DAYS * DAY_US,
                             office->cli->arena, draft, &why) == ERR_OK)
        return true;
    cli_say("いまの登録簿の次が作れません（%s）。時計を確かめてください。" FED_NOTHING_DONE,
            why.text);
    return false;
}

int fed_change_sign(struct fed_office *office, struct registry_draft *draft,
                    const struct fed_root_files *roots)
{
    struct span bytes;
    struct fail why;

    if (registry_draft_end(draft, &bytes, &why) == ERR_OK)
        return fed_office_sign(office, bytes, SPAN_NONE, roots);
    cli_say("登録簿になりません（%s）。" FED_NOTHING_DONE, why.text);
    return CLI_REFUSED;
}

int fed_change_refuse(const struct fail *why)
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

    cli_say("%s" FED_NOTHING_DONE "（%s）", text == NULL ? "できませんでした。" : text,
            why->text);
    return CLI_REFUSED;
}
