#include "reporting/kpi/kpi_def.h"

#include "reporting/kpi/kpi_sql.h"

const struct kpi_def kpi_defs[KPI_DEFS_N] = {
    {"isolation_30", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-1", "孤立率（30日）",
     "月の終わりまでの30日間に、だれとも行き来がなかった児童生徒の割合です。行き来とは、職員や"
     "ほかの児童生徒とことばを交わしたこと、相談や授業でいっしょに過ごしたことです。ログインや"
     "入室だけでは数えません。",
     "Isolation (30 days)",
     "Share of pupils without any two-way contact, with staff or another pupil, in the 30 days "
     "up to the month's end. Signing in or being there is no contact.",
     &kpi_isolation_30, &kpi_isolation_30_who, true},
    {"isolation_7", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-1", "孤立率（7日）",
     "月の終わりまでの7日間に、だれとも行き来がなかった児童生徒の割合です。行き来とは、職員やほ"
     "かの児童生徒とことばを交わしたこと、相談や授業でいっしょに過ごしたことです。ログインや入"
     "室だけでは数えません。",
     "Isolation (7 days)",
     "Share of pupils without any two-way contact, with staff or another pupil, in the 7 days "
     "up to the month's end. Signing in or being there is no contact.",
     &kpi_isolation_7, &kpi_isolation_7_who, true},
    {"isolation_90", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-1", "孤立率（90日）",
     "月の終わりまでの90日間に、だれとも行き来がなかった児童生徒の割合です。行き来とは、職員や"
     "ほかの児童生徒とことばを交わしたこと、相談や授業でいっしょに過ごしたことです。ログインや"
     "入室だけでは数えません。",
     "Isolation (90 days)",
     "Share of pupils without any two-way contact, with staff or another pupil, in the 90 days "
     "up to the month's end. Signing in or being there is no contact.",
     &kpi_isolation_90, &kpi_isolation_90_who, true},
    {"connection_30", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-2", "接続率（30日）",
     "月の終わりまでの30日間に、職員かほかの児童生徒と一度でも行き来があった児童生徒の割合です"
     "。孤立率と合わせて100％になります。",
     "Connection (30 days)",
     "Share of pupils with at least one two-way contact in the 30 days up to the month's end; "
     "with isolation it makes 100 %.",
     &kpi_connection_30, &kpi_connection_30_who, true},
    {"connection_7", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-2", "接続率（7日）",
     "月の終わりまでの7日間に、職員かほかの児童生徒と一度でも行き来があった児童生徒の割合です。"
     "孤立率と合わせて100％になります。",
     "Connection (7 days)",
     "Share of pupils with at least one two-way contact in the 7 days up to the month's end; "
     "with isolation it makes 100 %.",
     &kpi_connection_7, &kpi_connection_7_who, true},
    {"connection_90", 1, 0, KPI_TIE, KPI_SHARE, "KP-2-2", "接続率（90日）",
     "月の終わりまでの90日間に、職員かほかの児童生徒と一度でも行き来があった児童生徒の割合です"
     "。孤立率と合わせて100％になります。",
     "Connection (90 days)",
     "Share of pupils with at least one two-way contact in the 90 days up to the month's end; "
     "with isolation it makes 100 %.",
     &kpi_connection_90, &kpi_connection_90_who, true},
    {"first", 1, 0, KPI_TIE, KPI_SHARE, "HI-3.3-11", "はじめてつながった児童生徒",
     "この月に行き来があった児童生徒のうち、ここでの行き来がこの月にはじめてだった人の割合です"
     "。",
     "First-ever contacts",
     "Of the pupils in contact in the month, the share whose first contact ever was in it.",
     &kpi_first, &kpi_first_who, true},
    {"first_unsupported", 1, 0, KPI_TIE, KPI_SHARE, "HI-3.3-11",
     "うち、ほかの支援を受けていなかった児童生徒",
     "この月にはじめてつながった児童生徒のうち、登録のときに、学校の中でも外でも支援を受けてい"
     "なかった人の割合です。対面の場を使っていた人だけに届いていないかを見ます。",
     "Of them, without any support before",
     "Of those first in contact in the month, the share that had no support inside or outside "
     "school when registered.",
     &kpi_first_unsupported, &kpi_first_unsupported_who, true},
    {"outreach", 1, 0, KPI_TIE, KPI_COUNT, "HI-4.3-6", "まだつながっていない児童生徒への声かけ",
     "まだ一度も行き来のない児童生徒に、職員がこの月にした声かけ（電話・訪問・手紙など）で、返"
     "事のなかったものの回数です。",
     "Outreach to the not yet tied",
     "Calls, letters and visits of staff in the month, not answered, to pupils who had never "
     "answered.",
     &kpi_outreach, &kpi_outreach_who, true},
    {"continuity", 1, 0, KPI_KEEP, KPI_SHARE, "KP-3-KPI-1", "つながりの続き",
     "先月に行き来があった児童生徒のうち、この月にも行き来があった人の割合です。",
     "Contact continuity",
     "Of the pupils in contact last month, the share in contact this month, too.",
     &kpi_continuity, &kpi_continuity_who, true},
    {"regular", 1, 0, KPI_KEEP, KPI_SHARE, "KP-2-4-1", "職員との定期接点",
     "月の終わりまでの4週間のうち3週間以上で、職員と行き来があった児童生徒の割合です。",
     "Regular contact with staff",
     "Share of pupils in contact with staff in three of the last four weeks.", &kpi_regular,
     &kpi_regular_who, true},
    {"came", 1, 0, KPI_KEEP, KPI_SHARE, "KP-2-3", "来られた",
     "この月に一度でも入室した児童生徒の割合です。話したかどうかは関わりません。", "Came",
     "Share of pupils who came at least once in the month, whether they spoke or not.",
     &kpi_came, &kpi_came_who, true},
    {"stayed", 1, 0, KPI_KEEP, KPI_SHARE, "KP-2-3", "いられた",
     "この月に来た児童生徒のうち、一度の訪問で合わせて10分以上いられた人の割合です。話したかど"
     "うかは関わりません。",
     "Could stay",
     "Of the pupils who came, the share who stayed ten minutes or more in one visit, whether "
     "they spoke or not.",
     &kpi_stayed, &kpi_stayed_who, true},
    {"visits", 1, 0, KPI_KEEP, KPI_COUNT, "KP-2-3", "訪問の回数",
     "この月の訪問の回数です。回線が切れて入り直しても1回と数えます。", "Visits",
     "Visits in the month; a visit cut and taken up again is one.", &kpi_visits,
     &kpi_visits_who, true},
    {"class", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-2", "授業・活動への参加",
     "この月に、一つの授業に「参加と数える時間」（設定）以上いた児童生徒の割合です。",
     "Took part in a class",
     "Share of pupils who were in one lesson for as long as counts as attended (a setting).",
     &kpi_class, &kpi_class_who, true},
    {"at_none", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-5", "まだどの段階でもない",
     "月の終わりに、どの段階にも入っていない児童生徒の割合です。", "Before step 0",
     "Share of pupils at none of the steps at the month's end.", &kpi_at_none, &kpi_at_none_who,
     true},
    {"at_0", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-0", "段階0（アバターで入室）にいる",
     "月の終わりに、いちばん進んだ段階が0（アバターで入室）である児童生徒の割合です。どこにとど"
     "まっているかを見るもので、順位ではありません。",
     "At step 0 (came in by avatar)",
     "Share of pupils whose highest step at the month's end is 0 (came in by avatar). It shows "
     "where they are; it is no rank.",
     &kpi_at_0, &kpi_at_0_who, true},
    {"at_1", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-1", "段階1（定期接点）にいる",
     "月の終わりに、いちばん進んだ段階が1（定期接点）である児童生徒の割合です。どこにとどまって"
     "いるかを見るもので、順位ではありません。",
     "At step 1 (regular contact)",
     "Share of pupils whose highest step at the month's end is 1 (regular contact). It shows "
     "where they are; it is no rank.",
     &kpi_at_1, &kpi_at_1_who, true},
    {"at_2", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-2", "段階2（学習・活動）にいる",
     "月の終わりに、いちばん進んだ段階が2（学習・活動）である児童生徒の割合です。どこにとどまっ"
     "ているかを見るもので、順位ではありません。",
     "At step 2 (learning or activity)",
     "Share of pupils whose highest step at the month's end is 2 (learning or activity). It "
     "shows where they are; it is no rank.",
     &kpi_at_2, &kpi_at_2_who, true},
    {"at_3", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-3",
     "段階3（校内支援センター・教育支援センター・別室）にいる",
     "月の終わりに、いちばん進んだ段階が3（校内支援センター・教育支援センター・別室）である児童"
     "生徒の割合です。どこにとどまっているかを見るもので、順位ではありません。",
     "At step 3 (support centre or separate room)",
     "Share of pupils whose highest step at the month's end is 3 (support centre or separate "
     "room). It shows where they are; it is no rank.",
     &kpi_at_3, &kpi_at_3_who, true},
    {"at_4", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-4-4", "段階4（教室・行事・外出）にいる",
     "月の終わりに、いちばん進んだ段階が4（教室・行事・外出）である児童生徒の割合です。どこにと"
     "どまっているかを見るもので、順位ではありません。",
     "At step 4 (classroom, events, outings)",
     "Share of pupils whose highest step at the month's end is 4 (classroom, events, outings). "
     "It shows where they are; it is no rank.",
     &kpi_at_4, &kpi_at_4_who, true},
    {"days_0", 1, 0, KPI_AFTER, KPI_MEDIAN, "KP-2-4-5", "段階0までの日数（中央値）",
     "IDが作られた日から段階0（アバターで入室）にはじめてとどいた日までの日数の中央値です。とど"
     "いた児童生徒だけで計算します。",
     "Days to step 0 (median)",
     "Median of the days from the day the ID was made to the first day of step 0, of the "
     "pupils who reached it.",
     &kpi_days_0, &kpi_days_0_who, true},
    {"days_1", 1, 0, KPI_AFTER, KPI_MEDIAN, "KP-2-4-5", "段階1までの日数（中央値）",
     "段階0にとどいた日から段階1（定期接点）にはじめてとどいた日までの日数の中央値です。とどい"
     "た児童生徒だけで計算します。",
     "Days to step 1 (median)",
     "Median of the days from reaching step 0 to the first day of step 1, of the pupils who "
     "reached it.",
     &kpi_days_1, &kpi_days_1_who, true},
    {"days_2", 1, 0, KPI_AFTER, KPI_MEDIAN, "KP-2-4-5", "段階2までの日数（中央値）",
     "段階1にとどいた日から段階2（学習・活動）にはじめてとどいた日までの日数の中央値です。とど"
     "いた児童生徒だけで計算します。",
     "Days to step 2 (median)",
     "Median of the days from reaching step 1 to the first day of step 2, of the pupils who "
     "reached it.",
     &kpi_days_2, &kpi_days_2_who, true},
    {"days_3", 1, 0, KPI_AFTER, KPI_MEDIAN, "KP-2-4-5", "段階3までの日数（中央値）",
     "段階2にとどいた日から段階3（校内支援センター・教育支援センター・別室）にはじめてとどいた"
     "日までの日数の中央値です。とどいた児童生徒だけで計算します。",
     "Days to step 3 (median)",
     "Median of the days from reaching step 2 to the first day of step 3, of the pupils who "
     "reached it.",
     &kpi_days_3, &kpi_days_3_who, true},
    {"days_4", 1, 0, KPI_AFTER, KPI_MEDIAN, "KP-2-4-5", "段階4までの日数（中央値）",
     "段階3にとどいた日から段階4（教室・行事・外出）にはじめてとどいた日までの日数の中央値です"
     "。とどいた児童生徒だけで計算します。",
     "Days to step 4 (median)",
     "Median of the days from reaching step 3 to the first day of step 4, of the pupils who "
     "reached it.",
     &kpi_days_4, &kpi_days_4_who, true},
    {"rose", 1, 0, KPI_AFTER, KPI_SHARE, "KP-2-5", "段階的復帰率",
     "月のはじめより、一つ以上先の段階にいる児童生徒の割合です。急がせるための数字ではありませ"
     "ん。",
     "Return by steps",
     "Share of pupils who stand one step or more further than at the month's begin.", &kpi_rose,
     &kpi_rose_who, true},
    {"back", 1, 0, KPI_AFTER, KPI_COUNT, "KP-2-4-5", "もどった回数",
     "この月に、前の段階にもどったと記録された回数です。もどることも歩みの一部として残します。",
     "Going back", "How often going back was noted in the month; it is kept, not erased.",
     &kpi_back, &kpi_back_who, true},
    {"present_days", 1, 0, KPI_APART, KPI_COUNT, "KP-2-5", "いた日数",
     "10分以上いた日数を、児童生徒ごとに数えた合計です。出席の報告のための数で、成果の指標では"
     "ありません。",
     "Days of presence",
     "Days with a stay of ten minutes or more, over all pupils. For reports of attendance; no "
     "measure of success.",
     &kpi_present_days, &kpi_present_days_who, false},
};

bool kpi_def_is_of(const struct kpi_def *def, int version)
{
    return def->from_version <= version &&
           (def->until_version == 0 || version <= def->until_version);
}

const struct kpi_def *kpi_def_find(struct span id, int version)
{
    for (int i = 0; i < KPI_DEFS_N; i++)
        if (kpi_def_is_of(&kpi_defs[i], version) && span_eq(id, span_text(kpi_defs[i].id)))
            return &kpi_defs[i];
    return NULL;
}
