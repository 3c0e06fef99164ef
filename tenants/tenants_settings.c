#include "node/base/role.h"
#include "tenants/tenants.h"

/* A contractor must not be able to loosen what keeps strangers out. */
#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_idle_minutes_student = {
    .name = "session.idle_minutes_student",
    .type = SETTING_INT,
    .least = 5,
    .most = 240,
    .unit = "分",
    .initial = "30",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "児童生徒が使わないまま自動で終わるまでの時間",
    .title_en = "Idle time until a student is signed out",
    .help_ja = "みんなで使うタブレットに前の人の画面が残らないように、しばらく使わないと自動で"
               "ログアウトします。",
};
const struct setting setting_idle_minutes_adult = {
    .name = "session.idle_minutes_adult",
    .type = SETTING_INT,
    .least = 5,
    .most = 240,
    .unit = "分",
    .initial = "30",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "大人が使わないまま自動で終わるまでの時間",
    .title_en = "Idle time until an adult is signed out",
    .help_ja = "職員や保護者などが、しばらく使わないと自動でログアウトします。",
};
const struct setting setting_absolute_hours = {
    .name = "session.absolute_hours",
    .type = SETTING_INT,
    .least = 1,
    .most = 72,
    .unit = "時間",
    .initial = "12",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "ログインし直しが必要になるまでの時間",
    .title_en = "Longest session",
    .help_ja = "使いつづけていても、この時間がたつともう一度ログインが必要です。",
};
const struct setting setting_lockout_tries = {
    .name = "login.lockout_tries",
    .type = SETTING_INT,
    .least = 3,
    .most = 100,
    .unit = "回",
    .initial = "10",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "ログインを止めるまでのまちがいの回数",
    .title_en = "Wrong tries until an account is locked",
    .help_ja = "続けてこの回数まちがえると、そのIDはしばらくログインできなくなります。",
};
const struct setting setting_lockout_minutes = {
    .name = "login.lockout_minutes",
    .type = SETTING_INT,
    .least = 1,
    .most = 1440,
    .unit = "分",
    .initial = "15",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "まちがいが続いたときにログインを止める時間",
    .title_en = "How long an account stays locked",
    .help_ja = "この時間がたつと、また自分でログインできるようになります。",
};
const struct setting setting_tries_per_minute = {
    .name = "login.tries_per_minute",
    .type = SETTING_INT,
    .least = 3,
    .most = 60,
    .unit = "回",
    .initial = "5",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "同じ場所から同じIDを1分間に試せる回数",
    .title_en = "Tries a minute of one account from one address",
    .help_ja = "学校は全員が同じアドレスに見えるため、アドレスだけでは止めません。",
};

const struct setting *const tenants_settings[TENANTS_SETTINGS_N] = {
    &setting_idle_minutes_student, &setting_idle_minutes_adult, &setting_absolute_hours,
    &setting_lockout_tries,        &setting_lockout_minutes,    &setting_tries_per_minute,
};
