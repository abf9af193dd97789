/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RULE_H
#define NFCLASS_RULE_H

#include "device.h"
#include "fault.h"
#include "hours.h"

/* One rule of the policy: whose traffic of which app at which hours is treated how. */

enum rule_apps { RULE_APP, RULE_UNKNOWN, RULE_ANY };
enum rule_action { RULE_SHAPE, RULE_BLOCK, RULE_MARK, RULE_NONE };

struct rule {
	char name[WORDS_SIZE];
	enum rule_apps apps;
	char app[WORDS_SIZE];
	bool has_device;
	char device[WORDS_SIZE]; /* a name, or an address as it was written */
	struct hours hours;
	enum rule_action action;
	char shape[WORDS_SIZE];
	uint32_t mark;
};

/* "app APP|unknown|any [device D] [days DAYS] [hours HH:MM-HH:MM] ACTION", ACTION being
 * shape NAME, block, mark N or none; in any order; all but the name.  Whether device and
 * shape exist is for the caller to see.  -EINVAL with what is wrong in f. */
int rule_parse(const char *text, struct rule *r, struct fault *f);

/* The same words; rule_parse() of them gives the same. */
void rule_print(const struct rule *r, FILE *out);

#endif
