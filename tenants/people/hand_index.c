/* The indices of table account, for who takes a bag in (tenants/handback/index.h). */
#include "tenants/handback/index.h"
#include "tenants/people/account_store.h"
#include "tenants/people/people_index.h"

const struct data_index account_login_index = {ACCOUNT_LOGIN_KEY, "login_sealed", NULL};
const struct data_index account_display_index = {ACCOUNT_DISPLAY_KEY, "display_name_sealed",
                                                 people_fold};
