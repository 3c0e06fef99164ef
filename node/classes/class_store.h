/* node/classes/class_store.h - the plan of classes as the rest of this folder reads it: days,
 * courses and their pages, lessons, qualifications, and how their texts open. One header, so
 * that who needs the plan needs to know no table. Threads: as the tx or db. */
#ifndef NODE_CLASSES_CLASS_STORE_H
#define NODE_CLASSES_CLASS_STORE_H

#include "node/classes/class_course_store.h"
#include "node/classes/class_day_store.h"
#include "node/classes/class_lesson_store.h"
#include "node/classes/class_more_store.h"
#include "node/classes/class_text.h"
#include "node/classes/qualification_store.h"

#endif
