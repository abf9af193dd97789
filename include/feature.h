/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FEATURE_H
#define NFCLASS_FEATURE_H

#include "burst.h"

/* Named sets of features.  A model stores the name of its set; the numbers of
 * a set never change their meaning or order under the same name. */
enum feature_set { FEATURE_SEED15, FEATURE_FULL, FEATURE_SETS };

/* At most so many features in any set. */
#define FEATURE_MAX 96

unsigned feature_count(enum feature_set set);
const char *feature_set_name(enum feature_set set);
const char *feature_name(enum feature_set set, unsigned i);

/* Whether a feature says of an app what holds on other days and networks too; of others,
 * like counts and times, half is the day that the traces were taken on (models/README).
 */
bool feature_travels(enum feature_set set, unsigned i);

/* false when there is no set of that name. */
bool feature_set_find(const char *name, enum feature_set *set);

/* Fill x[0..feature_count(set)).  All values are finite. */
void feature_vector(enum feature_set set, const struct burst_flow *bf, float *x);

#endif
