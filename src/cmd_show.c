/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "leaks.h"
#include "log.h"
#include "model_load.h"

static void put_pair(const char *pair)
{
	const char *equals = strchrnul(pair, '=');
	int len = (int)(equals - pair);

	printf("%.*s%*s ", len, pair, len < 16 ? 16 - len : 0, "");
	escape_put(*equals ? equals + 1 : "", ESCAPE_KV, stdout);
	putchar('\n');
}

/* But for what only programs read. */
static void put_provenance(const struct names *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (!leaks_is_note(n->name[i]))
			put_pair(n->name[i]);
}

static void put_schema(const struct model *m)
{
	printf("features         %s (%u)\n", feature_set_name(m->set),
	       feature_count(m->set));
	printf("burst gap        %g s\n", (double)m->gap.us / MONO_SECOND);
	if (m->max.us > 0)
		printf("burst max        %g s\n", (double)m->max.us / MONO_SECOND);
	else
		puts("burst max        never cut");
	printf("mtu              %u bytes\n", m->mtu_bytes);
	printf("fewest packets   %u\n", m->min_packets);
	printf("trees            %u\n", forest_trees(m->forest));
	printf("calibration      power %g, weight of the prior %g\n",
	       (double)m->calibration.power, (double)m->calibration.weight);
	if (m->novelty.limit < NOVELTY_NEVER)
		printf("novel            above a doubt of %.4f\n",
		       (double)m->novelty.limit);
	else
		puts("novel            never: trained with --novel 0, or on too few "
		     "burst-flows");
}

/* Widest first, so that the columns behind them stay straight. */
static int widest(const struct names *n)
{
	int width = 10;

	for (uint32_t i = 0; i < n->count; i++)
		if ((int)strlen(n->name[i]) > width)
			width = (int)strlen(n->name[i]);
	return width;
}

static void put_classes(const struct model *m)
{
	int width = widest(&m->classes);

	printf("\n%-*s  share  named from a confidence of (for a precision of %g)\n",
	       width, "class", (double)m->precision);
	for (uint32_t c = 0; c < m->classes.count; c++) {
		escape_put(m->classes.name[c], ESCAPE_KV, stdout);
		printf("%*s  %.3f  ", width - (int)strlen(m->classes.name[c]), "",
		       (double)m->prior[c]);
		if (m->threshold[c] > 1)
			puts("never: too few, or too seldom right, to promise that");
		else
			printf("%.3f\n", (double)m->threshold[c]);
	}
}

static void put_importance(const struct model *m)
{
	unsigned n = feature_count(m->set), order[FEATURE_MAX];

	for (unsigned i = 0; i < n; i++) {
		unsigned at = i;

		while (at > 0 && m->importance_permutation[order[at - 1]] <
		                         m->importance_permutation[i]) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i;
	}
	printf("\n%-16s importance by permutation  by impurity\n", "feature");
	for (unsigned i = 0; i < n; i++)
		printf("%-16s %25.4f  %11.4f\n", feature_name(m->set, order[i]),
		       (double)m->importance_permutation[order[i]],
		       (double)m->importance_gini[order[i]]);
}

int cmd_show(const struct options *o)
{
	struct model m;
	struct fault f;

	if (o->count != 1)
		return cmd_usage("show: one MODEL is wanted, not %d", o->count);
	if (model_load(&m, o->paths[0], &f) < 0) {
		log_error("%s", f.text);
		return CMD_FAILED;
	}
	put_schema(&m);
	put_provenance(&m.provenance);
	put_classes(&m);
	put_importance(&m);
	model_clear(&m);
	return CMD_DONE;
}
