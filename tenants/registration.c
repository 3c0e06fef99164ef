#include "tenants/registration.h"

#include <stdio.h>
#include <time.h>

#include "node/base/jx_scalar.h"
#include "tenants/admission_rows.h"

#define TOKYO_S 32400
#define COMMA   "、"

static void tokyo(int64_t utc_us, struct tm *day_out)
{
    time_t at = (time_t)(utc_us / 1000000 + TOKYO_S);

    gmtime_r(&at, day_out);
}

int64_t registration_school_year(int64_t utc_us)
{
    struct tm day;

    tokyo(utc_us, &day);
    return day.tm_year + 1900 - (day.tm_mon < 3);
}

struct span registration_today(int64_t utc_us, char today_out[11])
{
    struct tm day;

    tokyo(utc_us, &day);
    strftime(today_out, 11, "%Y-%m-%d", &day);
    return span_of(today_out, 10);
}

static int number(const uint8_t *digits, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        value = value * 10 + digits[i] - '0';
    }
    return value;
}

bool registration_is_date(struct span text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (text.len != 10 || text.p[4] != '-' || text.p[7] != '-')
        return false;
    year = number(text.p, 4);
    month = number(text.p + 5, 2);
    day = number(text.p + 8, 2);
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] ||
           (month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

enum err registration_check_admission(const struct settings *settings, struct span admission,
                                      struct arena *arena, struct jx_defects *defects)
{
    static const char *const policies[] = {"市内の人だけ", "市内の人と、連携する自治体の人だけ",
                                           "招待した人はだれでも"};
    static const char *const admissions[] = {"市内の人", "連携する自治体の人", "招待した人"};
    int64_t policy = settings_int(settings, &setting_admission_policy);
    int kind = jx_choice_find(REGISTRATION_ADMISSIONS, admission);

    if (kind >= 0 && kind <= policy)
        return ERR_OK;
    if (jx_defect_add(
            defects, arena, "/admission", "policy",
            "いまの受け入れの決まりは「%s」です。「%s」として登録することはできません。",
            policies[policy], kind < 0 ? "?" : admissions[kind]) != ERR_OK)
        return ERR_NOMEM;
    return ERR_INVALID;
}

enum err registration_items(const struct settings *settings, struct arena *arena,
                            struct jx_texts *items_out, struct fail *why)
{
    const struct span comma = SPAN(COMMA);
    struct span text = settings_text(settings, &setting_consent_items);
    struct jx_texts items = {arena_alloc(arena, (text.len + 1) * sizeof *items.at), 0};

    if (items.at == NULL)
        return fail_set(why, ERR_NOMEM, "consent items");
    while (text.len > 0) {
        const uint8_t *at = memmem(text.p, text.len, comma.p, comma.len);
        size_t len = at == NULL ? text.len : (size_t)(at - text.p);

        if (len > 0)
            items.at[items.n++] = span_cut(text, 0, len);
        text = span_from(text, at == NULL ? len : len + comma.len);
    }
    *items_out = items;
    return ERR_OK;
}

static bool has_item(const struct jx_texts *items, struct span item)
{
    for (size_t i = 0; i < items->n; i++)
        if (span_eq(items->at[i], item))
            return true;
    return false;
}

static enum err check_items(const struct settings *settings,
                            const struct registration_consent *consent, struct arena *arena,
                            struct jx_defects *defects)
{
    struct jx_texts needed = {NULL, 0};
    enum err rc = registration_items(settings, arena, &needed, NULL);

    for (size_t i = 0; rc == ERR_OK && i < needed.n; i++)
        if (!has_item(&consent->items, needed.at[i]))
            rc = jx_defect_add(defects, arena, "/consent/items", "consent",
                               "「%.*s」への同意がまだありません。", SPAN_ARG(needed.at[i]));
    return rc;
}

static enum err check_day(const struct registration_consent *consent, int64_t now_utc_us,
                          struct arena *arena, struct jx_defects *defects)
{
    char text[11];
    struct span today = registration_today(now_utc_us, text);

    if (!registration_is_date(consent->on))
        return jx_defect_add(defects, arena, "/consent/on", "format",
                             "「同意した日」は 2026-04-01 のように入れてください。");
    if (memcmp(consent->on.p, today.p, 10) > 0)
        return jx_defect_add(defects, arena, "/consent/on", "most",
                             "「同意した日」に先の日は入れられません。");
    return ERR_OK;
}

enum err registration_check_consent(const struct settings *settings,
                                    const struct registration_consent *consent,
                                    int64_t now_utc_us, struct arena *arena,
                                    struct jx_defects *defects)
{
    struct span version = settings_text(settings, &setting_consent_version);
    size_t n_before = defects->n;
    enum err rc = ERR_OK;

    if (version.len == 0)
        rc = jx_defect_add(defects, arena, "/consent/version", "consent",
                           "同意書の版がまだ決まっていません。さきに設定で決めてください。");
    else if (!span_eq(consent->version, version))
        rc = jx_defect_add(defects, arena, "/consent/version", "consent",
                           "いまの同意書は「%.*s」版です。この版で同意をもらってください。",
                           SPAN_ARG(version));
    if (rc == ERR_OK)
        rc = check_day(consent, now_utc_us, arena, defects);
    if (rc == ERR_OK)
        rc = check_items(settings, consent, arena, defects);
    if (rc != ERR_OK)
        return rc;
    return defects->n > n_before ? ERR_INVALID : ERR_OK;
}
