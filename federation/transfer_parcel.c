#include "federation/transfer_parcel.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "tenants/people/day.h"

#define NAME_MOST 200
#define TEXT_MOST 4000
#define DATE_LEN  (DAY_TEXT_CAP - 1)

#define TEXT(struct_, name_, most_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .most = (most_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define LINES(struct_, name_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_RAW_TEXT, .most = TEXT_MOST, \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define FIELD(kind_, struct_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define COUNT(struct_, name_, most_, title) \
    { \
        .name = #name_, .type = JX_INT, .least = 0, .most = (most_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

static const struct jx_field profile_fields[] = {
    TEXT(transfer_profile, display, NAME_MOST, "表示名"),
    TEXT(transfer_profile, figure, 40, "アバター"),
    TEXT(transfer_profile, colour, 40, "アバターの色"),
    LINES(transfer_profile, line, "ひとこと"),
};
const struct jx_shape transfer_profile_shape =
    JX_SHAPE("TransferProfile", struct transfer_profile, profile_fields);

static const struct jx_field facts_fields[] = {
    COUNT(transfer_facts, school_year, 2200, "年度"),
    TEXT(transfer_facts, target, 40, "対象の区分"),
    TEXT(transfer_facts, since, DATE_LEN, "いつから"),
    TEXT(transfer_facts, route, 40, "きっかけ"),
    TEXT(transfer_facts, wish, 40, "本人の希望"),
    TEXT(transfer_facts, wish_by, 40, "希望をだれが伝えたか"),
    TEXT(transfer_facts, support, 40, "ほかの支援"),
    TEXT(transfer_facts, admission, 40, "受け入れの区分"),
    TEXT(transfer_facts, consent_version, NAME_MOST, "利用への同意の版"),
    TEXT(transfer_facts, consent_on, DATE_LEN, "利用への同意の日"),
    TEXT(transfer_facts, consent_by, NAME_MOST, "利用への同意をした人の区分"),
    LINES(transfer_facts, note, "登録のおぼえがき"),
};
const struct jx_shape transfer_facts_shape =
    JX_SHAPE("TransferFacts", struct transfer_facts, facts_fields);

static const struct jx_field step_fields[] = {
    COUNT(transfer_way_step, step, 4, "段階（0から4）"),
    TEXT(transfer_way_step, on, DATE_LEN, "日"),
    TEXT(transfer_way_step, kind, 40, "何で"),
    FIELD(JX_BOOL, transfer_way_step, is_back, "もどったことの記録か"),
    LINES(transfer_way_step, place, "場所"),
};
const struct jx_shape transfer_way_step_shape =
    JX_SHAPE("TransferStep", struct transfer_way_step, step_fields);

static const struct jx_field day_fields[] = {
    TEXT(transfer_visit, on, DATE_LEN, "日"),
    COUNT(transfer_visit, n_visits, INT32_MAX, "入った回数"),
    COUNT(transfer_visit, n_lessons, INT32_MAX, "参加した授業の数"),
};
const struct jx_shape transfer_visit_shape =
    JX_SHAPE("TransferDay", struct transfer_visit, day_fields);

static const struct jx_field contact_fields[] = {
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct transfer_contact, at_utc_us),
     .title_ja = "いつ"},
    TEXT(transfer_contact, kind, 40, "何で"),
    FIELD(JX_BOOL, transfer_contact, is_answered, "返事があったか"),
    FIELD(JX_BOOL, transfer_contact, is_peer, "相手も児童生徒か"),
    TEXT(transfer_contact, role, 40, "書いた人の役割（ないときは自動）"),
    LINES(transfer_contact, text, "ひとこと"),
};
const struct jx_shape transfer_contact_shape =
    JX_SHAPE("TransferContact", struct transfer_contact, contact_fields);

#define LIST(name_, shape_, most_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), .most = (most_), \
        .offset = offsetof(struct transfer_parcel, name_), .title_ja = (title) \
    }
#define PART(name_, has_, shape_, title) \
    { \
        .name = #name_, .type = JX_OBJECT, .flags = JX_OPTIONAL, .shape = (shape_), \
        .offset = offsetof(struct transfer_parcel, name_), \
        .has_offset = offsetof(struct transfer_parcel, has_), .title_ja = (title) \
    }
static const struct jx_field parcel_fields[] = {
    TEXT(transfer_parcel, format, 40, "形式"),
    FIELD(JX_ID, transfer_parcel, transfer, "転出入のID"),
    FIELD(JX_ID, transfer_parcel, home, "渡すノード"),
    FIELD(JX_ID, transfer_parcel, receiver, "受け取るノード"),
    TEXT(transfer_parcel, home_name, NAME_MOST, "渡す自治体"),
    TEXT(transfer_parcel, on, DATE_LEN, "転出入の日"),
    TEXT(transfer_parcel, made_on, DATE_LEN, "まとめた日"),
    TEXT(transfer_parcel, consent_on, DATE_LEN, "引きつぎへの同意の日"),
    TEXT(transfer_parcel, consent_how, 10, "同意の受け方"),
    TEXT(transfer_parcel, parts, TRANSFER_PARTS_CAP, "渡す内容"),
    TEXT(transfer_parcel, name, NAME_MOST, "氏名"),
    TEXT(transfer_parcel, kana, NAME_MOST, "よみ"),
    TEXT(transfer_parcel, grade, 40, "学年"),
    PART(profile, has_profile, &transfer_profile_shape, "プロフィール"),
    PART(facts, has_facts, &transfer_facts_shape, "登録の事実と同意"),
    LIST(steps, &transfer_way_step_shape, TRANSFER_STEPS_MOST, "段階の記録"),
    LIST(days, &transfer_visit_shape, 1500, "来た日"),
    LIST(contacts, &transfer_contact_shape, TRANSFER_CONTACTS_MOST, "接点と支援のきろく"),
};
const struct jx_shape transfer_parcel_shape =
    JX_SHAPE("TransferParcel", struct transfer_parcel, parcel_fields);

bool transfer_parts_read(struct span text, unsigned *parts_out)
{
    char again[TRANSFER_PARTS_CAP];
    unsigned parts = 0;
    size_t from = 0;

    for (size_t i = 0; i <= text.len; i++) {
        int part;

        if (i < text.len && text.p[i] != ',')
            continue;
        part = jx_choice_find(TRANSFER_PARTS, span_of(text.p + from, i - from));
        if (part < 0)
            return false;
        parts |= TRANSFER_PART_BIT(part);
        from = i + 1;
    }
    transfer_parts_text(parts, again);
    if (!span_eq(text, span_text(again)))
        return false;
    *parts_out = parts;
    return true;
}

void transfer_parts_text(unsigned parts, char text_out[TRANSFER_PARTS_CAP])
{
    size_t n = 0;

    text_out[0] = '\0';
    for (int i = 0; i < TRANSFER_PARTS_N; i++) {
        struct span id = jx_choice_at(TRANSFER_PARTS, i);

        if ((parts & TRANSFER_PART_BIT(i)) != 0)
            n += (size_t)snprintf(text_out + n, TRANSFER_PARTS_CAP - n, "%s%.*s",
                                  n == 0 ? "" : ",", (int)id.len, (const char *)id.p);
    }
}

enum err transfer_parcel_write(const struct transfer_parcel *parcel, struct arena *arena,
                               struct span *text_out, struct fail *why)
{
    enum err rc = jx_write_canonical(&transfer_parcel_shape, parcel, arena, text_out, why);

    return rc == ERR_OK && text_out->len > TRANSFER_PARCEL_MOST
               ? fail_set(why, ERR_TOO_LARGE, "a parcel of %zu bytes", text_out->len)
               : rc;
}

static bool is_day(struct span text)
{
    int64_t at;

    return day_begin(text, &at);
}

static bool days_are_right(const struct transfer_parcel *p)
{
    const struct transfer_way_step *steps = p->steps.at;
    const struct transfer_visit *days = p->days.at;
    bool ok = is_day(p->on) && is_day(p->made_on) && is_day(p->consent_on);

    for (size_t i = 0; i < p->steps.n; i++)
        ok = ok && is_day(steps[i].on);
    for (size_t i = 0; i < p->days.n; i++)
        ok = ok && is_day(days[i].on);
    return ok;
}

/* What is in it is what it says is in it. */
static bool parts_are_right(const struct transfer_parcel *p)
{
    unsigned parts;

    return transfer_parts_read(p->parts, &parts) &&
           p->has_profile == ((parts & TRANSFER_PART_BIT(TRANSFER_PROFILE)) != 0) &&
           (!p->has_facts || (parts & TRANSFER_PART_BIT(TRANSFER_FACTS)) != 0) &&
           (p->steps.n == 0 || (parts & TRANSFER_PART_BIT(TRANSFER_WAY)) != 0) &&
           (p->days.n == 0 || (parts & TRANSFER_PART_BIT(TRANSFER_DAYS)) != 0) &&
           (p->contacts.n == 0 || (parts & TRANSFER_PART_BIT(TRANSFER_CONTACTS)) != 0);
}

enum err transfer_parcel_read(struct span text, struct arena *arena,
                              struct transfer_parcel *out, struct fail *why)
{
    static const struct jx_limits limits = {TRANSFER_PARCEL_MOST, 60000};
    struct transfer_parcel parcel;
    struct span again;
    enum err rc =
        jx_read_within(text, limits, &transfer_parcel_shape, arena, &parcel, NULL, why);

    if (rc == ERR_INVALID || rc == ERR_TOO_LARGE)
        return fail_set(why, ERR_PROTO, "not a parcel");
    if (rc == ERR_OK)
        rc = jx_write_canonical(&transfer_parcel_shape, &parcel, arena, &again, why);
    if (rc != ERR_OK)
        return rc;
    if (!span_eq(again, text))
        return fail_set(why, ERR_PROTO, "another spelling of a parcel");
    if (!span_eq(parcel.format, SPAN(TRANSFER_FORMAT)) || !parts_are_right(&parcel) ||
        !days_are_right(&parcel))
        return fail_set(why, ERR_PROTO, "a parcel that contradicts itself");
    *out = parcel;
    return ERR_OK;
}
