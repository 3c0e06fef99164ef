/* The data dictionary over HTTP: as JSON, and as an A4 document. */
#include <stddef.h>

#include "reporting/dictionary.h"
#include "reporting/dictionary_rows.h"
#include "tenants/people/account.h"

#define LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
#define KEYS      "none|subject|author|class|record" /* enum key_of */
#define BACKS     "ndjson|log|files|nothing"         /* enum hand_back */
#define ERASES    "rows|key_only|not_of_a_person"    /* enum erase_person */
#define AUDITS    "none|read|change|export"          /* enum audit_class */

#define FIELD(struct_, type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define CHOICE(struct_, name_, codes, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (codes), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = &(shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

struct column_output {
    struct span name, meaning, type;
    bool is_sealed, is_key, is_needed, is_person;
};
static const struct jx_field column_fields[] = {
    FIELD(column_output, JX_TEXT, name, "項目"),
    FIELD(column_output, JX_TEXT, meaning, "意味"),
    FIELD(column_output, JX_TEXT, type, "型（動いているデータベースの）"),
    FIELD(column_output, JX_BOOL, is_sealed, "暗号化されているか"),
    FIELD(column_output, JX_BOOL, is_key, "主キーか"),
    FIELD(column_output, JX_BOOL, is_needed, "必ず値があるか"),
    FIELD(column_output, JX_BOOL, is_person, "人のIDか"),
};
static const struct jx_shape column_shape =
    JX_SHAPE("DataColumn", struct column_output, column_fields);

struct table_output {
    struct span name, meaning, purpose, ground, term_from, term_setting;
    int64_t term_days;
    int key_of, hand_back, erase;
    bool is_log, is_leaf, has_from, has_setting;
    struct jx_list columns;
};
static const struct jx_field table_fields[] = {
    FIELD(table_output, JX_TEXT, name, "表"),
    FIELD(table_output, JX_TEXT, meaning, "何の表か"),
    FIELD(table_output, JX_TEXT, purpose, "目的"),
    FIELD(table_output, JX_TEXT, ground, "根拠"),
    FIELD(table_output, JX_INT, term_days, "保存する日数（0：契約の終わりまで）"),
    {.name = "term_from",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct table_output, term_from),
     .has_offset = offsetof(struct table_output, has_from),
     .title_ja = "保存の日数を数え始める項目"},
    {.name = "term_setting",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct table_output, term_setting),
     .has_offset = offsetof(struct table_output, has_setting),
     .title_ja = "日数を決める設定"},
    CHOICE(table_output, key_of, KEYS, "だれの鍵で暗号化するか"),
    CHOICE(table_output, hand_back, BACKS, "契約の終わりにどう返すか"),
    CHOICE(table_output, erase, ERASES, "一人を消すときにどうなるか"),
    FIELD(table_output, JX_BOOL, is_log, "したことの記録か"),
    FIELD(table_output, JX_BOOL, is_leaf, "監査の記録に載るか"),
    LIST(table_output, columns, column_shape, "項目"),
};
static const struct jx_shape table_shape =
    JX_SHAPE("DataTable", struct table_output, table_fields);

struct setting_output {
    struct span name, title, value, unit, requirement;
    bool is_default;
};
static const struct jx_field setting_fields[] = {
    FIELD(setting_output, JX_TEXT, name, "設定"),
    FIELD(setting_output, JX_TEXT, title, "意味"),
    FIELD(setting_output, JX_TEXT, value, "いまの値"),
    FIELD(setting_output, JX_TEXT, unit, "単位"),
    FIELD(setting_output, JX_TEXT, requirement, "要件の番号"),
    FIELD(setting_output, JX_BOOL, is_default, "はじめの値のままか"),
};
static const struct jx_shape setting_shape =
    JX_SHAPE("DataSetting", struct setting_output, setting_fields);

struct act_output {
    struct span name, summary;
    int audit;
};
static const struct jx_field act_fields[] = {
    FIELD(act_output, JX_TEXT, name, "操作"),
    FIELD(act_output, JX_TEXT, summary, "内容"),
    CHOICE(act_output, audit, AUDITS, "記録の種類"),
};
static const struct jx_shape act_shape = JX_SHAPE("DataAct", struct act_output, act_fields);

struct dictionary_output {
    int64_t made_at;
    struct jx_list tables, settings, acts;
    struct jx_texts differences;
};
static const struct jx_field dictionary_fields[] = {
    FIELD(dictionary_output, JX_TIME, made_at, "作った時"),
    LIST(dictionary_output, tables, table_shape, "表"),
    LIST(dictionary_output, settings, setting_shape, "設定"),
    LIST(dictionary_output, acts, act_shape, "アクセス記録に残る操作"),
    FIELD(dictionary_output, JX_TEXTS, differences,
          "動いているデータベースとの違い（ないのが正しい）"),
};
static const struct jx_shape dictionary_shape =
    JX_SHAPE("DataDictionary", struct dictionary_output, dictionary_fields);

static struct table_output table_of(const struct dictionary_table *t)
{
    const struct data_table *row = t->row;

    return (struct table_output){
        .name = span_text(row->name),
        .meaning = span_text(row->meaning_ja),
        .purpose = span_text(row->purpose_ja),
        .ground = span_text(row->ground_ja),
        .term_days = t->term_days,
        .term_from = span_text(row->retention_column),
        .has_from = row->retention_column != NULL,
        .term_setting =
            row->retention_setting == NULL ? SPAN("") : span_text(row->retention_setting->name),
        .has_setting = row->retention_setting != NULL,
        .key_of = (int)row->key_of,
        .hand_back = (int)row->hand_back,
        .erase = (int)row->erase_person,
        .is_log = dictionary_is_log(row),
        .is_leaf = row->is_audit_leaf,
    };
}

static struct jx_list columns_of(const struct dictionary_table *t, struct arena *arena)
{
    struct column_output *at = arena_alloc(arena, (t->n + 1) * sizeof *at);

    for (size_t i = 0; at != NULL && i < t->n; i++)
        at[i] = (struct column_output){
            .name = span_text(t->columns[i].name),
            .meaning = span_text(t->columns[i].meaning_ja),
            .type = t->columns[i].type,
            .is_sealed = t->columns[i].is_sealed,
            .is_key = t->columns[i].is_key,
            .is_needed = t->columns[i].is_needed,
            .is_person = t->columns[i].is_person,
        };
    return (struct jx_list){at, at == NULL ? 0 : t->n};
}

static bool fill_tables(const struct dictionary *d, struct arena *arena, struct jx_list *out)
{
    struct table_output *at = arena_alloc(arena, (d->n_tables + 1) * sizeof *at);

    if (at == NULL)
        return false;
    for (size_t i = 0; i < d->n_tables; i++) {
        at[i] = table_of(&d->tables[i]);
        at[i].columns = columns_of(&d->tables[i], arena);
        if (at[i].columns.at == NULL)
            return false;
    }
    *out = (struct jx_list){at, d->n_tables};
    return true;
}

static bool fill_settings(const struct dictionary *d, struct arena *arena, struct jx_list *out)
{
    struct setting_output *at = arena_alloc(arena, (d->n_settings + 1) * sizeof *at);

    for (size_t i = 0; at != NULL && i < d->n_settings; i++)
        at[i] = (struct setting_output){
            .name = span_text(d->settings[i].row->name),
            .title = span_text(d->settings[i].row->title_ja),
            .value = d->settings[i].value,
            .unit = span_text(d->settings[i].row->unit),
            .requirement = span_text(d->settings[i].row->requirement),
            .is_default = d->settings[i].is_default,
        };
    *out = (struct jx_list){at, d->n_settings};
    return at != NULL;
}

static bool fill_acts(const struct dictionary *d, struct arena *arena, struct jx_list *out)
{
    struct act_output *at = arena_alloc(arena, (d->n_acts + 1) * sizeof *at);

    for (size_t i = 0; at != NULL && i < d->n_acts; i++)
        at[i] = (struct act_output){span_text(d->acts[i]->name),
                                    span_text(d->acts[i]->summary_ja), (int)d->acts[i]->audit};
    *out = (struct jx_list){at, d->n_acts};
    return at != NULL;
}

static void show_dictionary(struct req *req)
{
    struct dictionary d;
    struct dictionary_output out = {.made_at = req->now_utc_us};
    struct fail why = {.code = ERR_OK};
    enum err rc =
        dictionary_make(req->services, req->db, req->now_utc_us, req->arena, &d, &why);

    if (rc == ERR_OK &&
        !(fill_tables(&d, req->arena, &out.tables) &&
          fill_settings(&d, req->arena, &out.settings) && fill_acts(&d, req->arena, &out.acts)))
        rc = fail_set(&why, ERR_NOMEM, "a dictionary");
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out.differences = (struct jx_texts){d.differences, d.n_differences};
    reply_json(req, 200, &out);
}

struct drawing {
    struct req *req;
    struct dictionary dictionary;
};

static void draw_run(void *arg)
{
    struct drawing *d = arg;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};

    if (dictionary_pdf(&d->dictionary, d->req->arena, &bytes, &why) != ERR_OK) {
        reply_fail(d->req, &why);
        return;
    }
    reply_header(d->req, "Content-Disposition", "attachment; filename=\"data-dictionary.pdf\"");
    reply_bytes(d->req, 200, "application/pdf", bytes);
}

static void print_dictionary(struct req *req)
{
    struct drawing *d = req_alloc(req, sizeof *d);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (d == NULL)
        return;
    d->req = req;
    rc = dictionary_make(req->services, req->db, req->now_utc_us, req->arena, &d->dictionary,
                         &why);
    if (rc == ERR_OK)
        rc = accounts_draw(req->services->accounts, draw_run, d, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route dictionary_routes[DICTIONARY_ROUTES_N] = {
    {
        .name = "dictionary.show",
        .method = HTTP_GET,
        .path = "/api/v1/data-dictionary",
        .listeners = LISTENERS,
        .roles = DICTIONARY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &dictionary_shape,
        .summary_ja = "データ辞書を見る",
        .handle = show_dictionary,
    },
    {
        .name = "dictionary.pdf",
        .method = HTTP_GET,
        .path = "/api/v1/data-dictionary.pdf",
        .listeners = LISTENERS,
        .roles = DICTIONARY_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .summary_ja = "データ辞書を印刷する（PDF）",
        .handle = print_dictionary,
    },
};
