#include "tenants/people/registration.h"

#include "node/base/jx_scalar.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/day.h"

#define COMMA "、"

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

bool registration_is_consented(const struct settings *settings, struct span consent_version,
                               struct span consent_on)
{
    struct span version = settings_text(settings, &setting_consent_version);

    return consent_on.len > 0 && (version.len == 0 || span_eq(consent_version, version));
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
    int64_t begin_us;

    if (!day_begin(consent->on, &begin_us))
        return jx_defect_add(defects, arena, "/consent/on", "format",
                             "「同意した日」は 2026-04-01 のように入れてください。");
    if (begin_us > now_utc_us)
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
