#include "tests/integration/cast_fixture.h"

#include <stdlib.h>
#include <string.h>

const struct cast_one cast_of[WHO_N] = {
    [AOI] = {"a child",
             {ROLE_STUDENT,
              NULL,
              {{0}},
              "J2",
              "青山",
              "葵",
              "あおやま",
              "あおい",
              "そら",
              "id-aoi-0001"},
             0},
    [BEN] =
        {"another class",
         {ROLE_STUDENT, NULL, {{0}}, "J2", "馬場", "勉", "ばば", "べん", "うみ", "id-ben-0002"},
         0},
    [CHIE] = {"another grade",
              {ROLE_STUDENT,
               "suspended",
               {{0}},
               "J1",
               "千葉",
               "千恵",
               "ちば",
               "ちえ",
               "つき",
               "id-chie-0003"},
              0},
    [DAI] =
        {"another school",
         {ROLE_STUDENT, NULL, {{0}}, "J2", "伊達", "大", "だて", "だい", "ほし", "id-dai-0004"},
         1},
    [EMA] = {"without an ID",
             {ROLE_ANONYMOUS, NULL, {{0}}, "J2", "江間", "絵真", "えま", "えま", NULL, NULL},
             0},
    [GUARDIAN] = {"a guardian",
                  {ROLE_GUARDIAN,
                   NULL,
                   {{0}},
                   NULL,
                   "青山",
                   "親",
                   "あおやま",
                   "おや",
                   "あおいの親",
                   "id-oya-0005"},
                  -1},
    [STAFF] = {"school staff",
               {ROLE_SCHOOL_STAFF,
                NULL,
                {{0}},
                NULL,
                "北野",
                "先生",
                "きたの",
                "せんせい",
                "北野",
                "id-kitano"},
               0},
    [STAFF_SOUTH] = {"staff elsewhere",
                     {ROLE_SCHOOL_STAFF,
                      NULL,
                      {{0}},
                      NULL,
                      "南",
                      "先生",
                      "みなみ",
                      "せんせい",
                      "南",
                      "id-minami"},
                     1},
    [SUPPORTER] =
        {"a supporter",
         {ROLE_SUPPORTER, NULL, {{0}}, NULL, "支", "援", "し", "えん", "しえん", "id-shien"},
         -1},
    [CONTRACTOR] =
        {"a contractor",
         {ROLE_CONTRACTOR, NULL, {{0}}, NULL, "受", "託", "じゅ", "たく", "受託", "id-jutaku"},
         -1},
    [COMMISSIONER] =
        {"a commissioner",
         {ROLE_COMMISSIONER, NULL, {{0}}, NULL, "委", "員", "い", "いん", "委員", "id-iin-1"},
         -1},
    [COMMISSIONER_2] =
        {"another commissioner",
         {ROLE_COMMISSIONER, NULL, {{0}}, NULL, "次", "長", "じ", "ちょう", "次長", "id-iin-2"},
         -1},
    [AUDITOR] =
        {"an auditor",
         {ROLE_AUDITOR, NULL, {{0}}, NULL, "監", "査", "かん", "さ", "監査", "id-kansa"},
         -1},
};

void cast_start(struct cast *t)
{
    people_fixture_start(&t->people);
    t->school[0] = people_fixture_school(&t->people, "きた中学校", true);
    t->school[1] = people_fixture_school(&t->people, "みなみ中学校", false);
    t->class[0] = people_fixture_class(&t->people, t->school[0]);
    t->class[1] = people_fixture_class(&t->people, t->school[0]);
    for (int i = 0; i < WHO_N; i++) {
        struct people_fixture_person p = cast_of[i].person;

        p.school = cast_of[i].school < 0 ? ID_NONE : t->school[cast_of[i].school];
        t->id[i] = people_fixture_add(&t->people, &p);
    }
    people_fixture_enrol(&t->people, t->class[0], t -> id[AOI]);
    people_fixture_enrol(&t->people, t->class[0], t -> id[EMA]);
    people_fixture_enrol(&t->people, t->class[1], t -> id[BEN]);
    people_fixture_guards(&t->people, t->id[GUARDIAN], t->id[AOI]);
}

void cast_stop(struct cast *t)
{
    people_fixture_stop(&t->people);
}

struct caller cast_caller(const struct cast *t, enum who who)
{
    return people_fixture_caller(cast_of[who].person.role, t->id[who],
                                 cast_of[who].school < 0 ? ID_NONE
                                                         : t->school[cast_of[who].school]);
}

struct req *cast_ask(struct cast *t, enum who who, const char *route, struct id id,
                     const char *query, const char *body)
{
    struct caller caller = cast_caller(t, who);

    return people_fixture_ask(&t->people, route, &caller, id, ID_NONE, query, body);
}

struct req *cast_list(struct cast *t, enum who who, const char *query)
{
    return cast_ask(t, who, "people.list", ID_NONE, query, NULL);
}

long cast_total(const struct req *r)
{
    static const char key[] = "\"total\":";
    const char *at = r->reply.status != 200
                         ? NULL
                         : memmem(r->reply.body.p, r->reply.body.len, key, sizeof key - 1);

    return at == NULL ? -1 : strtol(at + sizeof key - 1, NULL, 10);
}
