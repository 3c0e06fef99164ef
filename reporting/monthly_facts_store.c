#include "reporting/monthly_facts_store.h"

#include "node/base/jx_scalar.h"
#include "reporting/monthly_rows.h"

#define NOTED_JA "職員が記した連絡です。返事のなかったものも数えます。"

const struct monthly_fact monthly_facts[MONTHLY_FACTS_N] = {
    {MONTHLY_INCIDENT, "crisis", MONTHLY_ENDED, "助けが必要かもしれない言葉", ""},
    {MONTHLY_INCIDENT, "contact", MONTHLY_ENDED, "連絡先のやりとり", ""},
    {MONTHLY_INCIDENT, "warning", MONTHLY_ENDED, "児童生徒に注意を送った", ""},
    {MONTHLY_INCIDENT, "staffless", MONTHLY_ENDED, "職員がいないフロア", ""},
    {MONTHLY_INCIDENT, "unstaffed", MONTHLY_ENDED, "授業者か支援員がいない授業", ""},
    {MONTHLY_INCIDENT, "manual", MONTHLY_ENDED, "職員の記録", ""},
    {MONTHLY_INCIDENT, "open", MONTHLY_COUNT, "月の終わりに終わっていない出来事",
     "前の月までのものも数えます。"},
    {MONTHLY_INCIDENT, "grave_read", MONTHLY_PART, "急ぐ・重い出来事を職員が読んだ",
     "記録したときに、急ぎの度合いか重さがいちばん上だった出来事です。"},
    {MONTHLY_INCIDENT, "read_median", MONTHLY_SECONDS, "読むまでの時間（中央値）",
     "急ぐ・重い出来事を、はじめに読むか引き受けるまでの時間です。"},
    {MONTHLY_INCIDENT, "read_longest", MONTHLY_SECONDS, "読むまでの時間（いちばん長いもの）",
     ""},
    {MONTHLY_INQUIRY, "sos", MONTHLY_CHILDREN, "SOS（助けを求める呼びかけ）",
     "本人が取り消したものは数えません。"},
    {MONTHLY_INQUIRY, "sos_in_hours", MONTHLY_PART, "うち、開設時間のなか", ""},
    {MONTHLY_INQUIRY, "sos_answered", MONTHLY_PART, "うち、職員が応えた", ""},
    {MONTHLY_INQUIRY, "answer_median", MONTHLY_SECONDS, "応えるまでの時間（中央値）",
     "職員が応えたSOSだけで計算します。"},
    {MONTHLY_INQUIRY, "answer_longest", MONTHLY_SECONDS, "応えるまでの時間（いちばん長いもの）",
     ""},
    {MONTHLY_INQUIRY, "call", MONTHLY_CHILDREN, "声かけ", NOTED_JA},
    {MONTHLY_INQUIRY, "talk", MONTHLY_CHILDREN, "話した", NOTED_JA},
    {MONTHLY_INQUIRY, "phone", MONTHLY_CHILDREN, "電話", NOTED_JA},
    {MONTHLY_INQUIRY, "visit", MONTHLY_CHILDREN, "訪問", NOTED_JA},
    {MONTHLY_INQUIRY, "letter", MONTHLY_CHILDREN, "手紙", NOTED_JA},
    {MONTHLY_INQUIRY, "other", MONTHLY_CHILDREN, "そのほか", NOTED_JA},
    {MONTHLY_SERVICE, "up", MONTHLY_UP, "動いていた時間",
     "5分ごとの記録によります。15分より短い停止は数えません。記録のある時間のうちの割合です。"},
    {MONTHLY_SERVICE, "stops", MONTHLY_STOPS, "停止",
     "予定した停止も、予定しない停止も数えます。"},
    {MONTHLY_SERVICE, "longest_stop", MONTHLY_SECONDS, "停止（いちばん長いもの）", ""},
    {MONTHLY_SERVICE, "notices", MONTHLY_PART, "外へのお知らせを届けられた",
     "SOS・急ぐ出来事・報告のお知らせ（メールなど）です。いらなくなって止めたものは数えません"
     "。"},
    {MONTHLY_SERVICE, "notice_longest", MONTHLY_SECONDS, "届けるまでの時間（いちばん長いもの）",
     ""},
};

const struct monthly_fact *monthly_fact_find(enum monthly_kind kind, struct span name)
{
    for (int i = 0; i < MONTHLY_FACTS_N; i++)
        if (monthly_facts[i].kind == kind && span_eq(name, span_text(monthly_facts[i].name)))
            return &monthly_facts[i];
    return NULL;
}

/* $1 and $2 the month, $3 when the report is made. A trial ID's are no facts. */
#define OF_TRIAL(account) \
    "EXISTS (SELECT FROM account a WHERE a.id = " account " AND a.is_trial)"

static const struct stmt incidents = {
    "monthly_incidents",
    "WITH i AS (SELECT i.kind, i.at >= $1::timestamptz AS is_of, greatest(i.urgency,"
    " i.severity) = 3 AS is_grave, extract(epoch FROM s.read - i.at) AS waited, s.closed <"
    " $3::timestamptz AS is_closed, coalesce(s.closed >= $2::timestamptz, true) AS is_open"
    " FROM incident i, LATERAL (SELECT min(t.at) FILTER (WHERE t.act IN ('read', 'take') AND"
    " t.at < $3::timestamptz) AS read, min(t.at) FILTER (WHERE t.act = 'close') AS closed FROM"
    " incident_step t WHERE t.incident = i.id) s WHERE i.at < $2::timestamptz AND i.kind <>"
    " 'drill' AND NOT " OF_TRIAL(
        "i.account") "), g AS (SELECT waited FROM i WHERE is_of AND"
                     " is_grave)"
                     " SELECT 'incident', kind, count(*), count(*) FILTER (WHERE is_closed) "
                     "FROM i WHERE is_of"
                     " GROUP BY kind"
                     " UNION ALL SELECT 'incident', 'open', count(*), 0 FROM i WHERE is_open"
                     " UNION ALL SELECT 'incident', 'grave_read', count(waited), count(*) FROM "
                     "g"
                     " UNION ALL SELECT 'incident', 'read_median', "
                     "coalesce(round(percentile_cont(0.5) WITHIN"
                     " GROUP (ORDER BY waited)), 0)::bigint, count(waited) FROM g"
                     " UNION ALL SELECT 'incident', 'read_longest', "
                     "coalesce(round(max(waited)), 0)::bigint,"
                     " count(waited) FROM g"};
static const struct stmt inquiries = {
    "monthly_inquiries",
    "WITH s AS (SELECT s.account, s.is_open_hours, extract(epoch FROM (SELECT min(t.at) FROM"
    " sos_step t WHERE t.sos = s.id AND t.act = 'answer' AND t.at < $3::timestamptz) - s.at) AS"
    " waited FROM sos s WHERE s.at >= $1::timestamptz AND s.at < $2::timestamptz AND NOT EXISTS"
    " (SELECT FROM sos_step t WHERE t.sos = s.id AND t.act = 'undone') AND NOT " OF_TRIAL(
        "s.account") ")"
                     " SELECT 'inquiry', 'sos', count(*), count(DISTINCT account) FROM s"
                     " UNION ALL SELECT 'inquiry', 'sos_in_hours', count(*) FILTER (WHERE "
                     "is_open_hours),"
                     " count(*) FROM s"
                     " UNION ALL SELECT 'inquiry', 'sos_answered', count(waited), count(*) "
                     "FROM s"
                     " UNION ALL SELECT 'inquiry', 'answer_median', "
                     "coalesce(round(percentile_cont(0.5) WITHIN"
                     " GROUP (ORDER BY waited)), 0)::bigint, count(waited) FROM s"
                     " UNION ALL SELECT 'inquiry', 'answer_longest', "
                     "coalesce(round(max(waited)), 0)::bigint,"
                     " count(waited) FROM s"
                     " UNION ALL SELECT 'inquiry', c.kind, count(*), count(DISTINCT c.child) "
                     "FROM contact c"
                     " WHERE c.at >= $1::timestamptz AND c.at < $2::timestamptz AND c.by IS "
                     "NOT NULL AND c.kind"
                     " IN ('call', 'talk', 'phone', 'visit', 'letter', 'other') AND "
                     "NOT " OF_TRIAL("c.child") " GROUP BY c.kind"};
/* Between spans, and after the last: what is silent. What was before the first is not known. */
static const struct stmt service = {
    "monthly_service",
    "WITH b AS (SELECT greatest(min(from_at), $1::timestamptz) AS lo, $2::timestamptz AS hi"
    " FROM up_span HAVING count(*) > 0), k AS (SELECT greatest(coalesce(round(extract(epoch "
    "FROM hi - lo)), 0),"
    " 0)::bigint AS known FROM b), s AS (SELECT from_at, to_at, lead(from_at) OVER (ORDER BY"
    " from_at, id) AS next FROM up_span), u AS (SELECT extract(epoch FROM least(to_at, hi) -"
    " greatest(from_at, lo)) AS took FROM s, b WHERE to_at > lo AND from_at < hi), g AS (SELECT"
    " extract(epoch FROM least(coalesce(next, hi), hi) - greatest(to_at, lo)) AS took FROM s, b"
    " WHERE to_at < hi AND coalesce(next, hi) > lo AND coalesce(next, hi) > to_at), n AS"
    " (SELECT state = 'sent' AS is_sent, extract(epoch FROM ended_at - made_at) AS took FROM"
    " notify_notice WHERE made_at >= $1::timestamptz AND made_at < $2::timestamptz AND kind IN"
    " ('sos', 'incident', 'report') AND state <> 'cancelled' AND made_at < $3::timestamptz)"
    " SELECT 'service', 'up', coalesce(round(sum(took)), 0)::bigint, (SELECT"
    " coalesce(max(known), 0) FROM k) FROM u"
    " UNION ALL SELECT 'service', 'stops', count(*), (SELECT coalesce(max(known), 0)"
    " FROM k) FROM g"
    " UNION ALL SELECT 'service', 'longest_stop', coalesce(round(max(took)), 0)::bigint,"
    " count(*) FROM g"
    " UNION ALL SELECT 'service', 'notices', count(*) FILTER (WHERE is_sent), count(*) FROM n"
    " UNION ALL SELECT 'service', 'notice_longest', coalesce(round(max(took)), 0)::bigint,"
    " count(*) FROM n WHERE is_sent"};

const struct stmt *const monthly_facts_stmts[MONTHLY_FACTS_STMTS_N] = {&incidents, &inquiries,
                                                                       &service};

/* Other kinds of incident than those of the table are none of the report's. */
static void take_row(const struct db_rows *rows, int row, struct monthly_line *lines)
{
    int kind = jx_choice_find(MONTHLY_KINDS, db_bytes(rows, row, 0));
    const struct monthly_fact *fact =
        kind < 0 ? NULL : monthly_fact_find((enum monthly_kind)kind, db_bytes(rows, row, 1));

    if (fact == NULL)
        return;
    lines[fact - monthly_facts].num = db_i64(rows, row, 2);
    lines[fact - monthly_facts].den = db_i64(rows, row, 3);
}

enum err monthly_facts_gather(struct db *db, int64_t from_utc_us, int64_t until_utc_us,
                              int64_t made_utc_us,
                              struct monthly_line lines_out[MONTHLY_FACTS_N], struct fail *why)
{
    struct db_args args;
    enum err rc = ERR_OK;

    for (int i = 0; i < MONTHLY_FACTS_N; i++)
        lines_out[i] = (struct monthly_line){monthly_facts[i].kind,
                                             span_text(monthly_facts[i].name), 0, 0};
    db_args_init(&args);
    db_arg_time(&args, from_utc_us);
    db_arg_time(&args, until_utc_us);
    db_arg_time(&args, made_utc_us);
    for (int i = 0; rc == ERR_OK && i < MONTHLY_FACTS_STMTS_N; i++) {
        struct db_rows *rows = NULL;

        rc = db_run(db, monthly_facts_stmts[i], &args, &rows, why);
        for (int row = 0; rc == ERR_OK && row < db_rows_n(rows); row++)
            take_row(rows, row, lines_out);
        db_rows_free(&rows);
    }
    return rc;
}
