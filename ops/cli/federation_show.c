#include "ops/cli/federation_show.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "ops/cli/federation_files.h"

/* Columns of a terminal: what is not ASCII is two wide, as Japanese is. */
static int width_of(struct span text)
{
    int width = 0;

    for (size_t i = 0; i < text.len; i++)
        if ((text.p[i] & 0xc0) != 0x80)
            width += text.p[i] < 0x80 ? 1 : 2;
    return width;
}

static void put_cell(struct span text, int width)
{
    printf("%.*s%*s", SPAN_ARG(text), width > width_of(text) ? width - width_of(text) : 0, "");
    fputs("  ", stdout);
}

static void put_when(const char *title, int64_t utc_us)
{
    char when[FED_WHEN_CAP];

    fed_when_text(utc_us, when);
    printf("%s　%s\n", title, when);
}

void federation_show_status(const struct federation_status *s)
{
    if (s->is_spoilt) {
        puts("しまってある登録簿の署名が合いません。だれも信じていません。控えから戻してくださ"
             "い。");
        return;
    }
    if (!s->has_roots) {
        puts("このノードは、どの連合にも入っていません。");
        return;
    }
    printf("連合　　　　　　　%.*s（根の鍵の確認番号 %.*s）\n", SPAN_ARG(s->federation),
           SPAN_ARG(s->roots_code));
    if (!s->has_registry) {
        puts("登録簿　　　　　　まだ届いていません。");
        return;
    }
    printf("登録簿　　　　　　第 %" PRId64 " 号　%s\n", s->seq,
           s->is_split ? "食い違いがあります。新しいつながりは作りません。"
           : s->is_fresh  ? "新しいことが確かめられています。"
           : s->is_behind ? "より新しいものがあります。"
                          : "新しいかどうか、まだ確かめられていません。");
    if (s->is_split)
        printf("食い違い　　　　　第 %" PRId64 " 号が二つあります。とりまとめ役に電話で確かめて"
               "ください。\n",
               s->split_seq);
    put_when("受け取った日時　　", s->taken);
    put_when("登録簿の期限　　　", s->expires);
    if (s->has_time_expires)
        put_when("新しさの証明の期限", s->time_expires);
    if (s->own_kid.len > 0) {
        printf("このノードの鍵　　%.*s\n", SPAN_ARG(s->own_kid));
        put_when("鍵の期限　　　　　", s->own_not_after);
    } else {
        puts("このノードの鍵　　登録簿に、いま使えるものがありません。");
    }
    if (s->waiting_kid.len > 0)
        printf("のるのを待つ鍵　　%.*s\n", SPAN_ARG(s->waiting_kid));
    if (s->has_contract_to)
        put_when("契約の終わり　　　", s->contract_to);
    puts("");
}

static void put_thresholds(const struct fed_thresholds *t)
{
    printf("数の出し方　　とりまとめ役へは、%d 人より少ない欄を出しません\n", t->coordinator_k);
    for (int i = 0; i < t->n_tiers; i++) {
        if (t->tiers[i].population_under > 0)
            printf("　　　　　　　公表　人口 %" PRId64 " 人より少ない自治体は、",
                   t->tiers[i].population_under);
        else
            printf("　　　　　　　公表　そのほかの自治体は、");
        if (t->tiers[i].hide_under == 0)
            puts("出しません");
        else
            printf("1〜%d 人の欄を出しません\n", t->tiers[i].hide_under - 1);
    }
    printf("　　　　　　　公表する数は %d ずつに丸めます\n", t->round_to);
}

static const char *roles_text(struct cli *cli, unsigned roles)
{
    const char *text = "";

    for (int role = 0; role < FED_ROLE_N && text != NULL; role++)
        if ((roles & FED_ROLE_BIT(role)) != 0)
            text = arena_printf(cli->arena, "%s%s%.*s", text, text[0] == '\0' ? "" : ",",
                                SPAN_ARG(jx_choice_at(FED_ROLES, role)));
    return text == NULL ? "" : text;
}

/* The newest key that is good, else the newest. */
static const struct fed_key *key_of(const struct fed_member *m, int64_t now_utc_us,
                                    bool *is_good_out)
{
    for (int i = m->n_keys - 1; i >= 0; i--) {
        const struct fed_key *key = &m->keys[i];

        *is_good_out = !key->is_revoked && key->use == FED_KEY_REQUEST &&
                       now_utc_us >= key->not_before_utc_us &&
                       now_utc_us < key->not_after_utc_us;
        if (*is_good_out)
            return key;
    }
    return &m->keys[m->n_keys - 1];
}

static void put_member(struct cli *cli, const struct fed_member *m, int64_t now_utc_us)
{
    bool is_good = false;
    const struct fed_key *key = key_of(m, now_utc_us, &is_good);
    char until[FED_WHEN_CAP], contract[FED_WHEN_CAP], id[ID_TEXT_CAP];
    const char *state;

    fed_when_text(key->not_after_utc_us, until);
    fed_when_text(m->contract_to_utc_us, contract);
    id_text(m->node, id);
    if (now_utc_us >= m->contract_to_utc_us)
        state = "契約が終わりました";
    else if (now_utc_us < m->contract_from_utc_us)
        state = "契約はこれからです";
    else if (!is_good)
        state = key->is_revoked ? "鍵が取り消されました" : "使える鍵がありません";
    else
        state = "有効";
    put_cell(m->name_ja, 20);
    put_cell(span_text(state), 20);
    put_cell(span_text(key->kid), 16);
    put_cell(span_text(until), 16);
    put_cell(span_text(contract), 16);
    put_cell(span_text(m->endpoint), 28);
    printf("%s  %s\n", roles_text(cli, m->roles), id);
}

void federation_show_registry(struct cli *cli, const struct registry *registry,
                              int64_t now_utc_us)
{
    struct fed_head head = registry_head(registry);
    char hash[2 * HASH256_BYTES + 1], issued[FED_WHEN_CAP], expires[FED_WHEN_CAP];

    *hex_write(head.sha256.b, HASH256_BYTES, hash) = '\0';
    fed_when_text(registry_issued_utc_us(registry), issued);
    fed_when_text(registry_expires_utc_us(registry), expires);
    printf("登録簿　　　　%.*s（%s）第 %" PRId64 " 号\n発行　　　　　%s\n期限　　　　　%s%s\n"
           "ハッシュ値　　%s\n",
           SPAN_ARG(registry_name_ja(registry)), registry_federation(registry), head.seq,
           issued, expires,
           now_utc_us < registry_expires_utc_us(registry) ? "" : "（切れています）", hash);
    put_thresholds(registry_thresholds(registry));
    printf("ノード　　　　%d\n", registry_n_members(registry));
    if (registry_n_members(registry) == 0)
        return;
    put_cell(SPAN("自治体"), 20);
    put_cell(SPAN("いま"), 20);
    put_cell(SPAN("鍵"), 16);
    put_cell(SPAN("鍵の期限"), 16);
    put_cell(SPAN("契約の終わり"), 16);
    put_cell(SPAN("つなぎ先"), 28);
    puts("役割・ノード");
    for (int i = 0; i < registry_n_members(registry); i++)
        put_member(cli, registry_member_at(registry, i), now_utc_us);
}
