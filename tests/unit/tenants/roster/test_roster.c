/* The model of a roster package; its rules are tried one by one in test_roster_check.py. */
#include "tenants/roster/roster.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/utf.h"
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"
#include "tests/t.h"

static const char manifest_head[] = "propertyName,value\nmanifest.version,1.0\n"
                                    "oneroster.version,1.2_JP\nsource.systemName,s\n"
                                    "source.systemCode,c\n";

struct part {
    const char *property, *name, *text;
};

/* A package of these files, read. */
static struct roster *read_parts(const struct part *parts, size_t n,
                                 const struct roster_options *options, struct arena *arena)
{
    struct unzip_file *files = arena_alloc(arena, (n + 1) * sizeof *files);
    struct unzip zip = {.files = files, .n_files = n + 1};
    char *manifest = arena_printf(arena, "%s", manifest_head);
    struct roster *roster = NULL;

    for (size_t i = 0; roster_properties[i] != NULL; i++) {
        const char *how = "absent";

        for (size_t k = 0; k < n; k++)
            if (strcmp(parts[k].property, roster_properties[i]) == 0)
                how = "bulk";
        manifest = arena_printf(arena, "%s%s,%s\n", manifest, roster_properties[i], how);
    }
    files[0] = (struct unzip_file){"manifest.csv", span_text(manifest), true};
    for (size_t k = 0; k < n; k++)
        files[k + 1] = (struct unzip_file){parts[k].name, span_text(parts[k].text), true};
    T_EQ(roster_read_unzipped(&zip, options, arena, &roster, NULL), ERR_OK, "looked at");
    return roster;
}

static const struct part town[] = {
    {"file.academicSessions", "academicSessions.csv",
     "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
     "schoolYear\n"
     "y,,,2026年度,schoolYear,2026-04-01,2027-04-01,,2026\n"},
    {"file.orgs", "orgs.csv",
     "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
     "d,,,教育委員会,district,,\ns,,,みどり小,school,,d\n"},
    {"file.courses", "courses.csv",
     "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
     "orgSourcedId,"
     "subjects,subjectCodes\nc,,,y,2026年度,,,s,,\n"},
    {"file.classes", "classes.csv",
     "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
     "location,"
     "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods,metadata.jp.specialNeeds\n"
     "h,,,5年1組,P5,c,,homeroom,,s,y,,,,true\n"},
    {"file.users", "users.csv",
     "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,"
     "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
     "userMasterIdentifier,"
     "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,"
     "metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName,metadata.jp.kanaMiddleName,"
     "metadata.jp.homeClass\n"
     "u1,,,true,a,,花\u3099　,髙﨑,,,,,,u2,\"P5,P6\",pw,,花,,髙,s,,はな,たかさき,,h\n"
     "u2,,,false,b,,太郎,葛\U000E0100,,,,,,,,,,太郎,,葛,s,,たろう,かつ,,\n"},
    {"file.roles", "roles.csv",
     "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
     "orgSourcedId,"
     "userProfileSourcedId\n"
     "r1,,,u2,secondary,parent,,,d,\nr2,,,u1,primary,student,2026-04-01,,s,\n"
     "r3,,,u2,primary,teacher,,,s,\n"},
    {"file.enrollments", "enrollments.csv",
     "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
     "primary,"
     "beginDate,endDate,metadata.jp.shussekiNo,metadata.jp.publicFlg\n"
     "e1,,,h,s,u1,student,false,2026-04-01,2027-03-31,7,true\n"
     "e2,,,h,s,u2,teacher,true,,,,\n"},
};

T_CASE(roster_rows_carry_names_days_and_references)
{
    struct arena *arena = NULL;
    const struct roster *o;
    const struct roster_user *u;

    T_REQ("NI-T2-1");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    o = read_parts(town, T_COUNT(town), &roster_options_default, arena);
    T_OK(!o->is_refused && !o->is_no_change, "may be imported");
    T_SPAN(o->version, SPAN("1.2_JP"), "version");
    T_EQ(o->n_users, 2, "two people");
    T_EQ(o->sessions[0].school_year, 2026, "school year");
    T_EQ(o->sessions[0].ends.month * 100 + o->sessions[0].ends.day, 331,
         "exclusive end mended");
    T_EQ(o->orgs[1].parent, 0, "the school's board");
    T_EQ(o->orgs[0].parent, ROSTER_NONE, "a board has none");
    T_OK(o->classes[0].is_homeroom && o->classes[0].is_special_needs, "class");
    T_EQ(o->classes[0].terms.n, 1, "its school year");
    u = &o->users[0];
    T_SPAN(u->family, SPAN("髙﨑"), "rare kanji stay");
    T_SPAN(u->given, SPAN("花\u3099"), "blanks around a name go");
    T_SPAN(roster_cell(&u->row, FILE_USERS, "givenName"), SPAN("花\u3099　"), "as received");
    T_SPAN(u->grade, SPAN("P5"), "the first grade");
    T_EQ(u->agents.n == 1 ? u->agents.at[0] : 99, 1, "the guardian");
    T_EQ(u->home_class, 0, "home class");
    T_EQ(u->roles.n, 1, "one role");
    T_EQ(u->enrolments.n, 1, "one enrolment");
    T_SPAN(roster_cell(&u->row, FILE_USERS, "password"), SPAN_NONE, "no password is kept");
    T_SPAN(roster_cell(&u->row, FILE_USERS, "resourceSourcedIds"), SPAN_NONE,
           "not in the head");
    u = &o->users[1];
    T_SPAN(u->family, SPAN("葛\U000E0100"), "a variation selector stays");
    T_OK(!u->is_enabled, "not enabled");
    T_EQ(u->roles.n, 2, "two roles");
    T_OK(o->roles[u->roles.at[0]].is_primary, "the primary one first");
    T_EQ(o->roles[u->roles.at[1]].kind, ROSTER_GUARDIAN, "a parent is a guardian");
    T_EQ(o->enrolments[0].number, 7, "number in either spelling");
    T_OK(o->enrolments[0].is_public && o->enrolments[1].is_primary, "flags");
    arena_destroy(&arena);
}

T_CASE(roster_manifest_alone_changes_nothing)
{
    struct arena *arena = NULL;
    const struct roster *o;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    o = read_parts(NULL, 0, &roster_options_default, arena);
    T_OK(o->is_no_change && !o->is_refused, "nobody leaves");
    T_EQ(o->findings.n, 0, "and nothing is wrong");
    arena_destroy(&arena);
}

T_CASE(roster_what_a_source_promises_is_a_setting)
{
    static const struct {
        enum roster_severity severity;
        size_t n_errors, n_warnings;
    } rows[] = {{ROSTER_IGNORE, 0, 0}, {ROSTER_WARNING, 0, 2}, {ROSTER_ERROR, 2, 0}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct roster_options options = roster_options_default;
        struct arena *arena = NULL;
        const struct roster *o;
        size_t n[3] = {0};

        options.master_missing = rows[i].severity;
        T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
        o = read_parts(town, T_COUNT(town), &options, arena);
        for (size_t k = 0; k < o->findings.n; k++)
            if (o->findings.at[k].rule == RULE_MASTER_MISSING)
                n[o->findings.at[k].severity]++;
        T_EQ(n[ROSTER_ERROR], rows[i].n_errors, "errors");
        T_EQ(n[ROSTER_WARNING], rows[i].n_warnings, "warnings");
        T_EQ(o->is_refused, rows[i].severity == ROSTER_ERROR, "refused");
        arena_destroy(&arena);
    }
}

T_CASE(roster_counts_findings_beyond_its_cap)
{
    struct roster_options options = roster_options_default;
    struct arena *arena = NULL;
    const struct roster *o;

    options.n_findings = 3;
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    o = read_parts(town, T_COUNT(town), &options, arena);
    T_EQ(o->findings.n, 3, "three are kept");
    T_EQ(o->findings.n + o->findings.n_untold, o->findings.n_errors + o->findings.n_warnings,
         "all are counted");
    T_OK(o->findings.n_untold > 0, "some are not told");
    arena_destroy(&arena);
}

T_CASE(roster_rules_have_ids_and_sentences_of_their_own)
{
    for (int i = 0; i < ROSTER_RULES_N; i++) {
        const char *ja = roster_rule_ja((enum roster_rule)i);

        T_OK(utf_is_valid(span_text(ja)) && strlen(ja) > 12,
             roster_rule_id((enum roster_rule)i));
        T_TEXT(ja + strlen(ja) - 3, "。", "a sentence");
        for (int k = 0; k < i; k++)
            T_OK(strcmp(roster_rule_id((enum roster_rule)i),
                        roster_rule_id((enum roster_rule)k)) != 0,
                 "no id stands twice");
    }
}

T_CASE(roster_values)
{
    static const struct {
        const char *text;
        bool is_good;
    } days[] = {{"2026-04-01", true},  {"2024-02-29", true},  {"2026-02-29", false},
                {"1900-02-29", false}, {"2000-02-29", true},  {"2026-00-10", false},
                {"2026-04-31", false}, {"2026/04/01", false}, {"2026-4-01", false},
                {"", false},           {"0000-01-01", false}},
      codes[] = {{"B123212345678", false}, {"B1132100000103", false}, {"", false},
                 {"I123212345679", false}, {"B104812345670", false},  {"B123412345670", false}};
    struct roster_day day;

    for (size_t i = 0; i < T_COUNT(days); i++)
        T_EQ(value_day(span_text(days[i].text), &day), days[i].is_good, days[i].text);
    for (size_t i = 0; i < T_COUNT(codes); i++)
        T_EQ(value_is_school_digit_good(span_text(codes[i].text)), codes[i].is_good,
             codes[i].text);
    /* one digit out of ten is right, whatever stands before it */
    for (int n = 1; n < 50; n++) {
        char code[32];
        int n_good = 0;

        for (int d = 0; d < 10; d++) {
            snprintf(code, sizeof code, "C%d%02d1%07d%d", n % 2 + 1, n % 47 + 1,
                     1000000 + n * 37, d);
            T_OK(value_is_school_code(span_text(code)), code);
            n_good += value_is_school_digit_good(span_text(code));
        }
        T_EQ(n_good, 1, "one check digit");
    }
    day = value_day_before((struct roster_day){2024, 3, 1});
    T_EQ(day.month * 100 + day.day, 229, "a leap year's last of February");
    day = value_day_before((struct roster_day){2026, 1, 1});
    T_EQ(day.year * 10000 + day.month * 100 + day.day, 20251231, "New Year's Eve");
    T_SPAN(value_trim(SPAN("　 \t山 田　")), SPAN("山 田"), "blanks of all kinds");
    T_SPAN(value_trim(SPAN("　 ")), SPAN(""), "nothing but blanks");
}
