/* This node among others: is it one of a federation, is what it knows of it fresh, does what it
 * owes the others get there? */
#include <inttypes.h>

#include "federation/escrow.h"
#include "federation/link_fed.h"
#include "federation/mirrors.h"
#include "node/base/clock.h"
#include "node/server/doctor.h"

#define LATE_US       HOUR_US
#define CONTRACT_SOON (30 * DAY_US)
#define REGISTRY_SOON (2 * DAY_US)
#define KEY_SOON      (30 * DAY_US)

static void check_trust(struct doctor *d, struct federation *federation)
{
    struct trust_status status;
    int64_t now = d->req->now_utc_us;

    trust_status_read(federation_trust(federation), now, &status);
    if (status.is_spoilt)
        doctor_add(
            d, "federation", DOCTOR_BAD,
            "log/node.log の federation.spoilt の行を見て、控え（backup）から戻してください。",
            "しまってある登録簿の署名が合いません。ほかの自治体とつながりません。");
    else if (!status.has_registry)
        doctor_add(d, "federation", DOCTOR_OK, "",
                   "ほかの自治体との連携は、していません（登録簿がありません）。");
    else if (status.is_split)
        doctor_add(d, "federation", DOCTOR_BAD, "都道府県の担当者に、すぐ知らせてください。",
                   "同じ番号の登録簿が二つあります（%" PRId64 " 番）。", status.split_seq);
    else if (status.own_kid[0] == '\0')
        doctor_add(d, "federation", DOCTOR_BAD,
                   "ibasho federation show で、登録簿と鍵のようすを見てください。",
                   "登録簿に、このノードのいま使える鍵がのっていません。");
    else if (!status.is_fresh)
        doctor_add(d, "federation", DOCTOR_WARN,
                   "とりまとめのノードが動いているか、確かめてください。",
                   "登録簿（%" PRId64 " 番）が新しいかどうか、確かめられていません。",
                   status.head.seq);
    else if (status.own_contract_to_utc_us < now + CONTRACT_SOON)
        doctor_add(d, "federation", DOCTOR_WARN, "契約を続けるときは、登録簿を新しくします。",
                   "連携の契約は、あと %" PRId64 " 日で終わります。",
                   (status.own_contract_to_utc_us - now) / DAY_US);
    else
        doctor_add(d, "federation", DOCTOR_OK, "",
                   "登録簿（%" PRId64 " 番、%d のノード）は新しいものです。", status.head.seq,
                   status.n_members);
}

/* What people with root keys must do in time: the registry lives seven days, keys a year. */
static void check_terms(struct doctor *d, struct federation *federation)
{
    struct trust_status status;
    int64_t now = d->req->now_utc_us;

    trust_status_read(federation_trust(federation), now, &status);
    if (!status.has_registry) {
        if (status.has_roots)
            doctor_add(
                d, "federation-registry", DOCTOR_WARN,
                "招待した人から登録簿を受け取り、ibasho federation take に渡してください。",
                "連合に入る申し込みをしましたが、登録簿がまだ届いていません。");
        return;
    }
    if (now >= status.expires_utc_us)
        doctor_add(d, "federation-registry", DOCTOR_BAD,
                   "根の鍵を持つ二人に、ibasho federation renew を頼んでください。",
                   "登録簿（%" PRId64 " 番）の期限が切れました。新しいつながりは作れません。",
                   status.head.seq);
    else if (status.expires_utc_us - now < REGISTRY_SOON)
        doctor_add(d, "federation-registry", DOCTOR_WARN,
                   "根の鍵を持つ二人に、ibasho federation renew を頼んでください。",
                   "登録簿（%" PRId64 " 番）の期限まで、あと %" PRId64 " 時間です。",
                   status.head.seq, (status.expires_utc_us - now) / HOUR_US);
    if (status.own_kid[0] != '\0' && status.own_not_after_utc_us - now < KEY_SOON)
        doctor_add(d, "federation-key", DOCTOR_WARN,
                   "ibasho federation rotate で、取り替えの申し込みを作ってください。",
                   "このノードの鍵（%s）の期限まで、あと %" PRId64 " 日です。", status.own_kid,
                   (status.own_not_after_utc_us - now) / DAY_US);
    if (status.n_claims > 0)
        doctor_add(d, "federation-claims", DOCTOR_WARN,
                   "log/node.log の federation.registry-split の行を見て、相手に電話で確かめて"
                   "ください。",
                   "同じ番号の別の登録簿を持つというノードがあります（%d 回）。",
                   status.n_claims);
}

static void check_outbox(struct doctor *d, const struct federation_stats *stats)
{
    bool is_late =
        stats->oldest_utc_us != 0 && d->req->now_utc_us - stats->oldest_utc_us > LATE_US;

    if (stats->n_refused_rows + stats->n_given_up > 0)
        doctor_add(d, "federation-outbox", DOCTOR_WARN,
                   "log/node.log の fed.undelivered の行を見てください。",
                   "ほかのノードに断られたもの、とどかずにあきらめたものが %" PRId64
                   " 件あります。",
                   stats->n_refused_rows + stats->n_given_up);
    else if (is_late)
        doctor_add(d, "federation-outbox", DOCTOR_WARN,
                   "相手のノードが動いているか、確かめてください。",
                   "一時間より前から待っているものがあります（待ち %" PRId64
                   " 件、返事のないノード %d）。",
                   stats->n_waiting, stats->n_away);
    else
        doctor_add(d, "federation-outbox", DOCTOR_OK, "",
                   "ほかのノードへ送るものは、とどいています（待ち %" PRId64 " 件）。",
                   stats->n_waiting);
}

/* Only while a lesson is shared. */
static void check_links(struct doctor *d, struct federation *federation)
{
    struct links_totals links;

    links_totals_read(federation_links(federation), &links);
    if (links.n_peers == 0)
        return;
    if (links.n_up < links.n_peers)
        doctor_add(d, "federation-links", DOCTOR_WARN,
                   "相手のノードと、間のネットワークが動いているか、確かめてください。",
                   "いっしょの授業の相手 %d のうち、つながっているのは %d です。",
                   links.n_peers, links.n_up);
    else
        doctor_add(d, "federation-links", DOCTOR_OK, "",
                   "いっしょの授業の相手 %d のすべてと、つながっています。", links.n_peers);
}

/* Only while a lesson is shared. */
static void check_mirrors(struct doctor *d, struct mirrors *mirrors)
{
    struct mirrors_stats stats;

    mirrors_stats_read(mirrors, &stats);
    if (stats.n_unwritten + stats.n_overrun > 0)
        doctor_add(d, "federation-mirror", DOCTOR_WARN,
                   "log/node.log の mirror. で始まる行を見てください。",
                   "いっしょの授業で、書けなかった記録が %" PRIu64 " 件、読みきれなかった"
                   "知らせが %" PRIu64 " 件あります。",
                   stats.n_unwritten, stats.n_overrun);
    else if (stats.n_faults > 0)
        doctor_add(d, "federation-mirror", DOCTOR_WARN,
                   "log/node.log の mirror.fault の行を見て、相手の担当者に確かめてください。",
                   "いっしょの授業で、決まりに合わないことを言うノードを %" PRIu64
                   " 回切りました。",
                   stats.n_faults);
    else if (stats.n_waiting > 0)
        doctor_add(d, "federation-mirror", DOCTOR_WARN,
                   "相手の担当者に、止めたことを電話で知らせてください。",
                   "相手のノードがまだ確かめていない決定が %d 件あります。", stats.n_waiting);
    else if (stats.n_on > 0)
        doctor_add(d, "federation-mirror", DOCTOR_OK, "",
                   "いっしょの授業が %d つ開いています（ほかの町の人 %d 人）。", stats.n_on,
                   stats.n_figures);
}

/* Only where the half is to come back by itself. */
static void check_escrow(struct doctor *d, struct federation *federation)
{
    struct escrow_state s;

    if (escrow_state_read(federation, d->req->db, d->req->arena, &s, NULL) != ERR_OK ||
        !s.is_chosen)
        return;
    if (s.is_locked)
        doctor_add(d, "key-escrow", DOCTOR_BAD, "鍵の紙で開けてください（ibasho key unlock）。",
                   "預けた鍵の半分は、返ってきていません（%s）。",
                   s.asked_code[0] == '\0' ? "まだ頼んでいません" : s.asked_code);
    else if (!s.has_last || s.last_kind == ESCROW_STOP || s.last_kind == ESCROW_REFUSED)
        doctor_add(d, "key-escrow", DOCTOR_WARN,
                   "ibasho key escrow status で、わけを見てください。",
                   "鍵の半分は預けてありません。機械を再起動すると、鍵の紙が要ります。");
    else if (s.last_kind == ESCROW_SEND)
        doctor_add(d, "key-escrow", DOCTOR_WARN,
                   "とりまとめのノードが動いているか、確かめてください。",
                   "鍵の半分は、まだ預け先にとどいていません。");
    else
        doctor_add(d, "key-escrow", DOCTOR_OK, "",
                   "鍵の半分は預けてあります。期限まで、あと %" PRId64 " 日です。",
                   (s.until_utc_us - d->req->now_utc_us) / DAY_US);
}

/* What others sign now lies before what we have heard: it is refused until our clock is there
 * again, or the node has begun anew. */
static void check_clock(struct doctor *d, const struct federation_stats *stats)
{
    int64_t behind_us = stats->newest_utc_us - d->req->now_utc_us;

    if (behind_us > MINUTE_US)
        doctor_add(
            d, "federation-clock", DOCTOR_BAD,
            "chrony "
            "などで時計を合わせてください。いまの時計が正しいときは、ノードを入れなおして"
            "ください。",
            "このノードの時計は、見たことのある時刻より %" PRId64
            " 分おくれています。そのあいだ、ほかの自治体からのことを受け取れません。",
            behind_us / MINUTE_US);
}

void doctor_check_federation(struct doctor *d)
{
    struct federation *federation = d->req->services->federation;
    struct federation_stats stats;

    if (federation == NULL || d->req->db == NULL)
        return;
    check_trust(d, federation);
    check_terms(d, federation);
    check_escrow(d, federation);
    check_links(d, federation);
    if (d->req->services->mirrors != NULL)
        check_mirrors(d, d->req->services->mirrors);
    if (federation_stats_read(federation, d->req->db, &stats, NULL) == ERR_OK &&
        stats.has_registry) {
        check_clock(d, &stats);
        check_outbox(d, &stats);
    }
}
