/* data/schema: what stands in each column, for programs (JSON Schema 2020-12) and for people
 * (titles and descriptions in Japanese), from the rows of the tables. */
#include <stdio.h>

#include "tenants/handback/bag.h"
#include "tenants/handback/record.h"

#define SEALED_SCHEMA \
    "{\"type\":\"object\",\"required\":[\"key\",\"of\",\"name\"]," \
    "\"properties\":{\"key\":{\"enum\":[\"person\",\"class\",\"record\",\"mac\",\"sign\"," \
    "\"backup\"]},\"of\":{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}," \
    "\"name\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}," \
    "\"b64\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},\"closed\":{\"const\":true}" \
    "}," \
    "\"oneOf\":[{\"required\":[\"text\"]},{\"required\":[\"b64\"]}," \
    "{\"required\":[\"closed\"]}],\"additionalProperties\":false}," \
    "{\"type\":\"object\",\"required\":[\"empty\"],\"properties\":{\"empty\":{\"const\":true}" \
    "}," \
    "\"additionalProperties\":false}"
#define TIME_PATTERN \
    "^(-?infinity|[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{6}Z)$"
#define UUID_PATTERN "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

static const char *const forms[] = {
    [PLAN_UUID] = "{\"type\":\"string\",\"format\":\"uuid\",\"pattern\":\"" UUID_PATTERN "\"}",
    [PLAN_TEXT] = "{\"type\":\"string\"}",
    [PLAN_SMALL] = "{\"type\":\"integer\"}",
    [PLAN_BIG] = "{\"type\":\"string\",\"pattern\":\"^-?[0-9]+$\"}",
    [PLAN_BOOL] = "{\"type\":\"boolean\"}",
    [PLAN_DATE] =
        "{\"type\":\"string\",\"pattern\":\"^(-?infinity|[0-9]{4,6}-[0-9]{2}-[0-9]{2})$\"}",
    [PLAN_TIME] = "{\"type\":\"string\",\"pattern\":\"" TIME_PATTERN "\"}",
    [PLAN_BYTES] = "{\"type\":\"string\",\"pattern\":\"^([0-9a-f]{2})*$\"}",
};

static void put_form(struct out *out, const struct plan_column *c)
{
    bool is_index = c->rule != NULL && c->rule->what == HAND_INDEX;

    out_text(out, "\"anyOf\":[");
    if (is_index) {
        out_text(out, "{\"const\":true},{\"type\":\"null\"}]");
        return;
    }
    if (c->column->sealed)
        out_text(out, SEALED_SCHEMA);
    else if (c->is_array) {
        out_text(out, "{\"type\":\"array\",\"items\":{\"anyOf\":[");
        out_text(out, forms[c->type]);
        out_text(out, ",{\"type\":\"null\"}]}}");
    } else
        out_text(out, forms[c->type]);
    out_text(out, c->may_be_null ? ",{\"type\":\"null\"}]" : "]");
}

static void put_pair(struct out *out, const char *name, const char *text)
{
    record_put_text(out, span_text(name));
    out_char(out, ':');
    record_put_text(out, span_text(text));
}

static void put_column(struct out *out, const struct plan_column *c)
{
    record_put_text(out, span_text(c->column->name));
    out_text(out, ":{");
    put_pair(out, "description", c->column->meaning_ja);
    out_char(out, ',');
    if (c->column->sealed) {
        put_pair(out, "$comment",
                 "データベースでは鍵で封じられていた列。key と of は、だれの鍵だったか。"
                 "closed は、鍵が消されてもう読めないもの");
        out_char(out, ',');
    } else if (c->rule != NULL && c->rule->what == HAND_INDEX) {
        put_pair(out, "$comment",
                 "鍵つきの値は渡さない。true は値があったこと。受け取った側が作りなおす");
        out_char(out, ',');
    }
    put_form(out, c);
    out_char(out, '}');
}

static void put_schema(struct out *out, const struct plan *plan)
{
    const struct data_table *t = plan->table;
    bool is_files = t->hand_back == HAND_BACK_FILES;

    out_text(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",");
    put_pair(out, "title", t->meaning_ja);
    out_char(out, ',');
    put_pair(out, "description", t->purpose_ja);
    out_char(out, ',');
    put_pair(out, "$comment", t->ground_ja);
    out_text(out, ",\"type\":\"object\",\"additionalProperties\":false,\"required\":[");
    for (int i = 0; i < plan->n_columns; i++) {
        out_text(out, i == 0 ? "" : ",");
        record_put_text(out, span_text(plan->columns[i].column->name));
    }
    out_text(out, is_files ? ",\"sha256\"],\"properties\":{\n" : "],\"properties\":{\n");
    for (int i = 0; i < plan->n_columns; i++) {
        out_text(out, i == 0 ? "" : ",\n");
        put_column(out, &plan->columns[i]);
    }
    if (is_files)
        out_text(out, ",\n\"sha256\":{\"description\":\"中身のファイル名（data/files）。"
                      "空は、鍵が消されたか、中身が見つからないもの\","
                      "\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"},"
                      "{\"type\":\"null\"}]}");
    out_text(out, "}}\n");
}

enum err bag_schemas(struct bag *bag, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < bag->n_plans; i++) {
        struct out *out = NULL;
        char path[OUT_PATH_CAP];
        struct out_sum sum;

        snprintf(path, sizeof path, "data/schema/%s.json", bag->plans[i].table->name);
        rc = out_create(bag->dir, path, false, &out, why);
        if (rc == ERR_OK) {
            put_schema(out, &bag->plans[i]);
            rc = out_finish(out, path, &sum, why);
        }
        if (rc == ERR_OK)
            rc = journal_put_file(&bag->journal, path, &sum, NULL, why);
        out_destroy(&out);
    }
    return rc;
}
