#include "ops/cli/federation_files.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/base/wholefile.h"

#define LEDGER_CAP 262144

/* ---- files ---- */

bool fed_file_read(struct cli *cli, const char *path, size_t cap, struct span *text_out)
{
    uint8_t *into = arena_alloc(cli->arena, cap + 1);
    struct fail why = {.code = ERR_NOMEM};
    size_t len;
    enum err rc = into == NULL ? ERR_NOMEM : wholefile_read(path, into, cap, &len, &why);

    if (rc == ERR_OK) {
        *text_out = span_of(into, len);
        return true;
    }
    if (rc == ERR_NOT_FOUND)
        cli_say("%s がありません。", path);
    else if (rc == ERR_TOO_LARGE)
        cli_say("%s は大きすぎて、読めません。", path);
    else
        cli_say("%s を読めません（%s）。", path, err_code(rc));
    return false;
}

bool fed_file_write(const char *path, struct span text)
{
    struct fail why;

    if (wholefile_replace(path, text, &why) == ERR_OK)
        return true;
    cli_say("%s に書けません（%s）。", path, err_code(why.code));
    return false;
}

static char *path_of(struct fed_office *office, int64_t seq, bool is_draft)
{
    return arena_printf(office->cli->arena, "%s/registry-%" PRId64 "%s.txt", office->dir, seq,
                        is_draft ? ".draft" : "");
}

/* N of "registry-N.txt", 0 when it is none. */
static int64_t seq_of(const char *name)
{
    struct span text = span_text(name);
    int64_t seq;

    if (!span_has_prefix(text, SPAN("registry-")) || text.len < 14 ||
        strcmp(name + text.len - 4, ".txt") != 0)
        return 0;
    text = span_cut(text, 9, text.len - 13);
    return jx_i64_parse(text, &seq) && seq > 0 ? seq : 0;
}

static int64_t newest(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;
    int64_t seq = 0;

    if (d == NULL)
        return -1;
    while ((entry = readdir(d)) != NULL) {
        int64_t one = seq_of(entry->d_name);

        seq = one > seq ? one : seq;
    }
    closedir(d);
    return seq;
}

/* ---- the registry in force ---- */

static bool load(struct fed_office *office, const char *path)
{
    struct trust_view view = {.has_pins = true};
    struct registry *candidate = NULL;
    struct span whole, sig_lines;
    enum trust_verdict verdict = TRUST_FORM;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (!fed_file_read(office->cli, path, FED_DOC_TEXT_CAP, &whole))
        return false;
    rc = fed_doc_split(whole, &office->bytes, &sig_lines, &why);
    if (rc == ERR_OK)
        rc = registry_parse(office->bytes, &office->current, &why);
    if (rc == ERR_OK) {
        memcpy(view.pins, registry_roots(office->current), sizeof view.pins);
        snprintf(view.federation, sizeof view.federation, "%s",
                 registry_federation(office->current));
        /* As it was when it was issued: one that has expired is still the one before the next.
         */
        rc = trust_judge(&view, office->bytes, sig_lines,
                         registry_issued_utc_us(office->current), &verdict, &candidate, &why);
    }
    registry_unref(&candidate);
    if (rc == ERR_OK && verdict == TRUST_TAKEN)
        return true;
    cli_say("%s: %s", path, trust_verdict_ja(verdict));
    return false;
}

bool fed_office_open(struct cli *cli, const char *dir, struct fed_office *out)
{
    int64_t seq = newest(dir);
    char *path;

    *out = (struct fed_office){.cli = cli, .dir = dir, .now_utc_us = clock_utc_us()};
    if (seq < 0) {
        cli_say("%s というフォルダーがありません。", dir);
        return false;
    }
    if (seq == 0)
        return true;
    path = path_of(out, seq, false);
    if (path != NULL && load(out, path))
        return true;
    fed_office_close(out);
    return false;
}

void fed_office_close(struct fed_office *office)
{
    registry_unref(&office->current);
}

/* ---- root keys ---- */

bool fed_roots_take(struct cli *cli, int *argc, char **argv, struct fed_root_files *out)
{
    const char *path;
    struct fail why;

    *out = (struct fed_root_files){.n = 0};
    while ((path = cli_take_option(argc, argv, "--root")) != NULL) {
        enum err rc = ERR_TOO_LARGE;

        if (out->n < FED_SIGNERS_MOST)
            rc = rootkey_open(cli, path, &out->at[out->n], &why);
        if (rc == ERR_OK) {
            out->n++;
            continue;
        }
        if (rc == ERR_NOT_FOUND)
            cli_say("根の鍵 %s がありません。", path);
        else if (rc == ERR_DENIED)
            cli_say("%s の合いことばが違います。", path);
        else if (rc == ERR_PROTO)
            cli_say("%s は根の鍵ではありません。", path);
        else
            cli_say("%s を開けません（%s）。", path, err_code(rc));
        fed_roots_close(out);
        return false;
    }
    return true;
}

void fed_roots_close(struct fed_root_files *roots)
{
    for (int i = 0; i < roots->n; i++)
        rootkey_close(&roots->at[i]);
    roots->n = 0;
}

static const char *kid_among(const struct fed_public *roots, const struct rootkey *key)
{
    for (int i = 0; i < FED_ROOTS_N; i++)
        if (memcmp(roots[i].ed25519, rootkey_public(key), FED_PUBLIC_BYTES) == 0)
            return roots[i].kid;
    return NULL;
}

/* ---- signing ---- */

static bool has_signed(struct span sig_lines, const char *kid)
{
    struct fed_sigs sigs;

    if (sig_lines.len == 0 || fed_sigs_read(sig_lines, &sigs, NULL) != ERR_OK)
        return false;
    for (int i = 0; i < sigs.n; i++)
        if (strcmp(sigs.at[i].kid, kid) == 0)
            return true;
    return false;
}

/* sig_lines and one line of each root that has not signed yet. */
static bool add_lines(struct fed_office *office, const struct registry *next, struct span bytes,
                      struct span *sig_lines, const struct fed_root_files *roots)
{
    struct fail why = {.code = ERR_NOMEM};

    for (int i = 0; i < roots->n; i++) {
        const char *kid = kid_among(registry_roots(next), roots->at[i]);
        const struct fed_doc_signer signer = {kid, rootkey_sign, roots->at[i]};
        struct fed_doc_signer named = signer;
        struct span line;
        const char *both;

        if (kid == NULL && office->current != NULL)
            kid = kid_among(registry_roots(office->current), roots->at[i]);
        if (kid == NULL) {
            cli_say("%d つ目の鍵は、この連合の根の鍵ではありません。何も変えていません。",
                    i + 1);
            return false;
        }
        if (has_signed(*sig_lines, kid))
            continue;
        named.kid = kid;
        if (fed_doc_sign(FED_DOC_REGISTRY, bytes, &named, office->cli->arena, &line, &why) !=
            ERR_OK) {
            cli_say_fail(&why);
            return false;
        }
        both =
            arena_printf(office->cli->arena, "%.*s%.*s", SPAN_ARG(*sig_lines), SPAN_ARG(line));
        if (both == NULL)
            return false;
        *sig_lines = span_text(both);
    }
    return true;
}

/* Would a node of this federation take it? */
static bool judge(const struct fed_office *office, const struct registry *next,
                  struct span bytes, struct span sig_lines, enum trust_verdict *verdict_out)
{
    struct trust_view view = {.now = office->current, .has_pins = office->current == NULL};
    struct registry *candidate = NULL;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    snprintf(view.federation, sizeof view.federation, "%s", registry_federation(next));
    memcpy(view.pins, registry_roots(next), sizeof view.pins);
    rc =
        trust_judge(&view, bytes, sig_lines, office->now_utc_us, verdict_out, &candidate, &why);
    registry_unref(&candidate);
    if (rc != ERR_OK)
        cli_say_fail(&why);
    return rc == ERR_OK;
}

static int write_registry(struct fed_office *office, int64_t seq, struct span bytes,
                          struct span sig_lines, bool is_enough)
{
    const char *path = path_of(office, seq, !is_enough), *draft = path_of(office, seq, true);
    struct span whole;
    struct fail why;

    if (path == NULL || draft == NULL ||
        fed_doc_join(bytes, sig_lines, office->cli->arena, &whole, &why) != ERR_OK ||
        !fed_file_write(path, whole))
        return CLI_CANNOT;
    if (is_enough) {
        remove(draft);
        printf("登録簿 第 %" PRId64 " 号ができました: %s\n各ノードで ibasho federation take に"
               "渡してください（つながっているノードへはとりまとめ役のノードから届きます）。\n",
               seq, path);
    } else {
        printf("署名が足りません。ほかの根の鍵を持つ人が ibasho federation sign で署名すると、"
               "有効になります: %s\n",
               path);
    }
    return CLI_DONE;
}

int fed_office_sign(struct fed_office *office, struct span bytes, struct span sig_lines,
                    const struct fed_root_files *roots)
{
    enum trust_verdict verdict = TRUST_FORM;
    struct registry *next = NULL;
    struct fail why;
    int rc = CLI_REFUSED;

    if (registry_parse(bytes, &next, &why) != ERR_OK) {
        cli_say("登録簿になりません（%s）。何も変えていません。", why.text);
        return CLI_REFUSED;
    }
    if (add_lines(office, next, bytes, &sig_lines, roots) &&
        judge(office, next, bytes, sig_lines, &verdict)) {
        if (verdict == TRUST_TAKEN || (verdict == TRUST_SIGNATURES && sig_lines.len > 0))
            rc = write_registry(office, registry_head(next).seq, bytes, sig_lines,
                                verdict == TRUST_TAKEN);
        else if (verdict == TRUST_FORM)
            cli_say("根の鍵を --root で示してください。何も変えていません。");
        else
            cli_say("%s何も変えていません。", trust_verdict_ja(verdict));
    }
    registry_unref(&next);
    return rc;
}

bool fed_office_has_draft(struct fed_office *office)
{
    const char *path = path_of(office, registry_head(office->current).seq + 1, true);

    return path != NULL && access(path, F_OK) == 0;
}

bool fed_office_draft(struct fed_office *office, struct span *bytes_out,
                      struct span *sig_lines_out)
{
    int64_t seq = office->current == NULL ? 1 : registry_head(office->current).seq + 1;
    const char *path = path_of(office, seq, true);
    struct span whole;
    struct fail why;

    if (path == NULL || !fed_file_read(office->cli, path, FED_DOC_TEXT_CAP, &whole))
        return false;
    if (fed_doc_split(whole, bytes_out, sig_lines_out, &why) == ERR_OK)
        return true;
    cli_say("%s: %s", path, trust_verdict_ja(TRUST_FORM));
    return false;
}

/* ---- invitations ---- */

static char *ledger_path(struct fed_office *office)
{
    return arena_printf(office->cli->arena, "%s/invitations.txt", office->dir);
}

/* Empty before the first. */
static struct span ledger_read(struct fed_office *office)
{
    uint8_t *into = arena_alloc(office->cli->arena, LEDGER_CAP);
    const char *path = ledger_path(office);
    size_t len = 0;

    if (into == NULL || path == NULL ||
        wholefile_read(path, into, LEDGER_CAP, &len, NULL) != ERR_OK)
        return SPAN_NONE;
    return span_of(into, len);
}

static const uint8_t *ledger_find(struct span ledger, struct id id)
{
    char text[ID_TEXT_CAP];
    const uint8_t *at;

    id_text(id, text);
    at = ledger.len == 0 ? NULL : memmem(ledger.p, ledger.len, text, ID_TEXT_CAP - 1);
    return at == NULL || (size_t)(ledger.p + ledger.len - at) < ID_TEXT_CAP + 4 ? NULL : at;
}

enum fed_invite_state fed_office_invite_state(struct fed_office *office, struct id id)
{
    const uint8_t *at = ledger_find(ledger_read(office), id);

    if (at == NULL)
        return FED_INVITE_UNKNOWN;
    return memcmp(at + ID_TEXT_CAP, "open", 4) == 0 ? FED_INVITE_OPEN : FED_INVITE_USED;
}

bool fed_office_invite_add(struct fed_office *office, struct id id, int64_t until_utc_us,
                           const char *guest_ja)
{
    struct span ledger = ledger_read(office);
    const char *path = ledger_path(office);
    char text[ID_TEXT_CAP], until[CLOCK_TEXT_CAP];
    const char *next;

    id_text(id, text);
    clock_utc_text(until_utc_us, until);
    next = arena_printf(office->cli->arena, "%.*s%s open %s %s\n", SPAN_ARG(ledger), text,
                        until, guest_ja);
    return path != NULL && next != NULL && fed_file_write(path, span_text(next));
}

bool fed_office_invite_use(struct fed_office *office, struct id id)
{
    struct span ledger = ledger_read(office);
    const uint8_t *at = ledger_find(ledger, id);
    const char *path = ledger_path(office);
    size_t before = at == NULL ? 0 : (size_t)(at - ledger.p) + ID_TEXT_CAP;
    uint8_t *copy = arena_alloc(office->cli->arena, ledger.len + 1);

    if (at == NULL || path == NULL || copy == NULL)
        return false;
    memcpy(copy, ledger.p, ledger.len);
    memcpy(copy + before, SPAN("used").p, SPAN("used").len);
    return fed_file_write(path, span_of(copy, ledger.len));
}

/* ---- days ---- */

bool fed_day_read(const char *text, int64_t *utc_us_out)
{
    char full[40];

    if (strlen(text) != 10)
        return false;
    snprintf(full, sizeof full, "%sT00:00:00+09:00", text);
    return jx_time_parse(span_text(full), utc_us_out);
}

void fed_when_text(int64_t utc_us, char text_out[FED_WHEN_CAP])
{
    char full[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, full);
    snprintf(text_out, FED_WHEN_CAP, "%.10s %.5s", full, full + 11);
}
