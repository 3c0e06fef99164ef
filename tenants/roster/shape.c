#include "tenants/roster/shape.h"

#include <string.h>

#define BIT(file) (1u << FILE_##file)
#define MUST      COLUMN_MUST
#define LACK      COLUMN_MAY_LACK
#define SHOULD    COLUMN_SHOULD

#define COMMON \
    {"sourcedId", NULL, COLUMN_ID, MUST, 0, NULL}, {"status", NULL, COLUMN_EMPTY, 0, 0, NULL}, \
    { \
        "dateLastModified", NULL, COLUMN_EMPTY, 0, 0, NULL \
    }
#define TEXT(name, flags) \
    { \
        name, NULL, COLUMN_TEXT, flags, 0, NULL \
    }
#define KANA(name, flags) \
    { \
        name, NULL, COLUMN_KANA, flags, 0, NULL \
    }
#define CODE(name, flags) \
    { \
        name, NULL, COLUMN_CODE, flags, 0, NULL \
    }
#define LIST(name, flags) \
    { \
        name, NULL, COLUMN_LIST, flags, 0, NULL \
    }
#define DATE(name, flags) \
    { \
        name, NULL, COLUMN_DATE, flags, 0, NULL \
    }
#define BOOL(name, flags) \
    { \
        name, NULL, COLUMN_BOOL, flags, 0, "true|false" \
    }
#define REF(name, flags, to) \
    { \
        name, NULL, COLUMN_REF, flags, FILE_##to, NULL \
    }
#define REFS(name, flags, to) \
    { \
        name, NULL, COLUMN_REFS, flags, FILE_##to, NULL \
    }
#define ENUM(name, flags, all) \
    { \
        name, NULL, COLUMN_ENUM, flags, 0, all \
    }
#define GRADES(name) \
    { \
        name, NULL, COLUMN_GRADES, 0, 0, NULL \
    }
#define SECRET(name) \
    { \
        name, NULL, COLUMN_SECRET, 0, 0, NULL \
    }

static const struct roster_column manifest[] = {
    CODE("propertyName", MUST),
    CODE("value", 0),
};

static const struct roster_column sessions[] = {
    COMMON,
    TEXT("title", MUST),
    ENUM("type", MUST, "schoolYear|gradingPeriod|semester|term"),
    DATE("startDate", MUST),
    DATE("endDate", MUST),
    REF("parentSourcedId", 0, SESSIONS),
    {"schoolYear", NULL, COLUMN_YEAR, MUST, 0, NULL},
};

static const struct roster_column orgs[] = {
    COMMON,
    TEXT("name", MUST),
    ENUM("type", MUST, "district|school|department|local|state|national"),
    CODE("identifier", 0),
    REF("parentSourcedId", 0, ORGS),
};

static const struct roster_column courses[] = {
    COMMON,
    REF("schoolYearSourcedId", 0, SESSIONS),
    TEXT("title", MUST),
    {"courseCode", NULL, COLUMN_EMPTY, 0, 0, NULL},
    GRADES("grades"),
    REF("orgSourcedId", MUST, ORGS),
    LIST("subjects", 0),
    LIST("subjectCodes", 0),
};

static const struct roster_column classes[] = {
    COMMON,
    TEXT("title", MUST),
    GRADES("grades"),
    REF("courseSourcedId", MUST, COURSES),
    CODE("classCode", 0),
    ENUM("classType", MUST, "homeroom|scheduled"),
    TEXT("location", 0),
    REF("schoolSourcedId", MUST, ORGS),
    REFS("termSourcedIds", MUST, SESSIONS),
    LIST("subjects", 0),
    LIST("subjectCodes", 0),
    LIST("periods", 0),
    BOOL("metadata.jp.specialNeeds", SHOULD),
};

static const struct roster_column users[] = {
    COMMON,
    BOOL("enabledUser", MUST),
    CODE("username", MUST),
    LIST("userIds", 0),
    TEXT("givenName", MUST),
    TEXT("familyName", MUST),
    TEXT("middleName", 0),
    CODE("identifier", 0),
    {"email", NULL, COLUMN_MAIL, 0, 0, NULL},
    CODE("sms", 0),
    CODE("phone", 0),
    REFS("agentSourcedIds", 0, USERS),
    GRADES("grades"),
    SECRET("password"),
    {"userMasterIdentifier", NULL, COLUMN_UUID, 0, 0, NULL},
    LIST("resourceSourcedIds", LACK), /* only in profile 1.2 */
    TEXT("preferredGivenName", 0),
    TEXT("preferredMiddleName", 0),
    TEXT("preferredFamilyName", 0),
    REF("primaryOrgSourcedId", 0, ORGS),
    TEXT("pronouns", 0),
    KANA("metadata.jp.kanaGivenName", SHOULD),
    KANA("metadata.jp.kanaFamilyName", SHOULD),
    KANA("metadata.jp.kanaMiddleName", SHOULD),
    REF("metadata.jp.homeClass", SHOULD, CLASSES),
    KANA("metadata.jp.kanaPreferredFamilyName", LACK), /* from 1.2.1 */
    KANA("metadata.jp.kanaPreferredGivenName", LACK),
    KANA("metadata.jp.kanaPreferredMiddleName", LACK),
};

#define ROLES \
    "student|guardian|teacher|principal|siteAdministrator|districtAdministrator|parent|" \
    "relative|aide|counselor|proctor|systemAdministrator"
static const struct roster_column roles[] = {
    COMMON,
    REF("userSourcedId", MUST, USERS),
    ENUM("roleType", MUST, "primary|secondary"),
    ENUM("role", MUST, ROLES),
    DATE("beginDate", 0),
    DATE("endDate", 0),
    REF("orgSourcedId", MUST, ORGS),
    REF("userProfileSourcedId", 0, PROFILES),
};

static const struct roster_column enrolments[] = {
    COMMON,
    REF("classSourcedId", MUST, CLASSES),
    REF("schoolSourcedId", MUST, ORGS),
    REF("userSourcedId", MUST, USERS),
    ENUM("role", MUST, "student|teacher|administrator|guardian|proctor"),
    BOOL("primary", 0),
    DATE("beginDate", 0),
    DATE("endDate", 0),
    /* the capitals up to standard model V5, the small letters from K-12/Schools 1.0 on */
    {"metadata.jp.ShussekiNo", "metadata.jp.shussekiNo", COLUMN_NUMBER, SHOULD, 0, NULL},
    {"metadata.jp.PublicFlg", "metadata.jp.publicFlg", COLUMN_BOOL, SHOULD, 0, "true|false"},
};

/* Neither kept nor checked beyond the form: data thrift. */
static const struct roster_column demographics[] = {
    COMMON,
    DATE("birthDate", 0),
    ENUM("sex", 0, "male|female|unspecified|other"),
    BOOL("americanIndianOrAlaskaNative", LACK),
    BOOL("asian", LACK),
    BOOL("blackOrAfricanAmerican", LACK),
    BOOL("nativeHawaiianOrOtherPacificIslander", LACK),
    BOOL("white", LACK),
    BOOL("demographicRaceTwoOrMoreRaces", LACK),
    BOOL("hispanicOrLatinoEthnicity", LACK),
    CODE("countryOfBirthCode", LACK),
    CODE("stateOfBirthAbbreviation", LACK),
    TEXT("cityOfBirth", LACK),
    CODE("publicSchoolResidenceStatus", LACK),
};

static const struct roster_column profiles[] = {
    COMMON,
    REF("userSourcedId", MUST, USERS),
    CODE("profileType", MUST),
    CODE("vendorId", MUST),
    CODE("applicationId", 0),
    TEXT("description", 0),
    CODE("credentialType", MUST),
    CODE("username", MUST),
    SECRET("password"),
};

#define SHAPE(file, property, columns, needs) \
    { \
        file, property, columns, sizeof(columns) / sizeof *(columns), needs \
    }
const struct roster_shape roster_shapes[ROSTER_FILES_N] = {
    [FILE_MANIFEST] = SHAPE("manifest.csv", NULL, manifest, 0),
    [FILE_SESSIONS] = SHAPE("academicSessions.csv", "file.academicSessions", sessions, 0),
    [FILE_ORGS] = SHAPE("orgs.csv", "file.orgs", orgs, 0),
    [FILE_COURSES] = SHAPE("courses.csv", "file.courses", courses, BIT(SESSIONS) | BIT(ORGS)),
    [FILE_CLASSES] =
        SHAPE("classes.csv", "file.classes", classes, BIT(SESSIONS) | BIT(ORGS) | BIT(COURSES)),
    [FILE_USERS] = SHAPE("users.csv", "file.users", users, BIT(ORGS) | BIT(ROLES)),
    [FILE_ROLES] = SHAPE("roles.csv", "file.roles", roles, BIT(ORGS) | BIT(USERS)),
    [FILE_ENROLMENTS] = SHAPE("enrollments.csv", "file.enrollments", enrolments,
                              BIT(ORGS) | BIT(CLASSES) | BIT(USERS)),
    [FILE_DEMOGRAPHICS] =
        SHAPE("demographics.csv", "file.demographics", demographics, BIT(USERS)),
    [FILE_PROFILES] = SHAPE("userProfiles.csv", "file.userProfiles", profiles, BIT(USERS)),
};

const char *const roster_properties[22] = {
    "file.academicSessions",
    "file.categories",
    "file.classes",
    "file.classResources",
    "file.courses",
    "file.courseResources",
    "file.demographics",
    "file.enrollments",
    "file.lineItemLearningObjectiveIds",
    "file.lineItems",
    "file.lineItemScoreScales",
    "file.orgs",
    "file.resources",
    "file.resultLearningObjectiveIds",
    "file.results",
    "file.resultScoreScales",
    "file.roles",
    "file.scoreScales",
    "file.userProfiles",
    "file.userResources",
    "file.users",
    NULL,
};

size_t roster_column_find(const struct roster_shape *shape, const char *name)
{
    size_t i = 0;

    while (i < shape->n_columns && strcmp(shape->columns[i].name, name) != 0 &&
           (shape->columns[i].also == NULL || strcmp(shape->columns[i].also, name) != 0))
        i++;
    return i;
}
