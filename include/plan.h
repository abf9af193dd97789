/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PLAN_H
#define NFCLASS_PLAN_H

#include "rule.h"
#include "shape.h"

/* What labels do to the network, as the sections [mark], [shape], [devices] and [policy]
 * say it.  Whatever is decided ends in a mark value: to the packet filter's rules a value
 * is all there is, and they know nothing of devices and hours. */

#define PLAN_MAX_APPS    256
#define PLAN_MAX_SHAPES  64
#define PLAN_MAX_DEVICES 128
#define PLAN_MAX_RULES   128

/* Mark values; l7-filter's. */
#define PLAN_DECIDING    1
#define PLAN_UNKNOWN     2
#define PLAN_FIRST       3 /* and above: an app, a shape, or blocked */

enum plan_save { PLAN_VERDICT, PLAN_CTNETLINK };

struct plan_app {
	char name[WORDS_SIZE];
	uint32_t value;
};

/* A shape that no rule names is for the app of its name, always; the others are for what
 * rules send there.  Unknown and other name the apps without a name and without a number.
 */
struct plan_shape {
	struct shape shape;
	bool by_rule;
	uint32_t value;
};

struct plan_rule {
	struct rule rule;
	struct device device; /* where it has one */
	unsigned shape;       /* its number, where it shapes */
};

struct plan {
	bool enabled;
	uint32_t mask, skip_bit; /* in packet and connection marks */
	uint32_t hold;           /* bursts that a new label takes to change a mark */
	uint32_t other;          /* the value of apps that have none of their own */
	unsigned save;           /* enum plan_save */
	struct plan_app app[PLAN_MAX_APPS];
	struct plan_shape shape[PLAN_MAX_SHAPES];
	struct device device[PLAN_MAX_DEVICES];
	struct plan_rule rule[PLAN_MAX_RULES];
	unsigned apps, shapes, devices, rules;
	uint32_t block; /* the value of what is blocked; 0 when no rule blocks */
};

/* The sections that hold names which the file's owner chose.  They are read in this
 * order, for rules name shapes and devices; [mark] has other keys, too. */
enum plan_section { PLAN_MARK, PLAN_DEVICES, PLAN_SHAPE, PLAN_POLICY, PLAN_SECTIONS };

const char *plan_section_name(enum plan_section section);
bool plan_section_find(const char *name, enum plan_section *section);

/* One line of such a section; the mask and `other` are there already.  -EINVAL with what
 * is wrong in f. */
int plan_take(struct plan *p, enum plan_section section, const char *key,
              const char *value, struct fault *f);

/* Before any line: are the settings of [mark] right?  -EINVAL. */
int plan_check(const struct plan *p, struct fault *f);

/* When all lines are there: hold them against each other, and give values to what has
 * none, to apps from below, to shapes of rules and to block from above.  -EINVAL. */
int plan_settle(struct plan *p, struct fault *f);

/* The lines of a section; plan_take() of them gives the same. */
void plan_print(const struct plan *p, enum plan_section section, FILE *out);

uint32_t plan_most(const struct plan *p);  /* the largest value that the mask holds */
unsigned plan_shift(const struct plan *p); /* from a value to its place in a mark */

/* The number of an app that has one by the file, or as Unknown or other; else 0. */
uint32_t plan_number(const struct plan *p, const char *app);

/* The value of an app that no rule speaks of; NULL for Unknown. */
uint32_t plan_app_value(const struct plan *p, const char *app);

/* All mark values there are, in rising order, for programs: a line of key=value for the
 * settings, then one a value; nothing where marks are off.  Marks are values in their
 * place; rates are in bits per second, 0: as the link allows.  A shape with blanks stands
 * in double quotes; a name comes last and needs none. */
void plan_print_rows(const struct plan *p, FILE *out);

#endif
