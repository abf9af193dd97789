/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

/* As many classes as fit beside each other; of more, so many entries are listed. */
#define MATRIX_MOST 16
#define LIST_MOST   20

void report_score(const struct report *r, enum judge_score s, double *mean, double *sd)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < r->repeats; i++)
		sum += r->score[i][s];
	*mean = r->repeats ? sum / (double)r->repeats : 0;
	for (size_t i = 0; i < r->repeats; i++)
		squares += (r->score[i][s] - *mean) * (r->score[i][s] - *mean);
	*sd = r->repeats > 1 ? sqrt(squares / (double)(r->repeats - 1)) : 0;
}

void report_importance(const struct report *r, uint32_t *order)
{
	for (uint32_t i = 0; i < r->features->count; i++) {
		uint32_t at = i;

		for (; at > 0 && r->importance[order[at - 1]] < r->importance[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

void report_curve(const struct judge *j, unsigned step, double *coverage,
                  double *accuracy)
{
	uint64_t all = judge_count(j), n = 0, right = 0;

	for (unsigned s = step; s <= JUDGE_STEPS; s++) {
		n += j->step[s];
		right += j->step_right[s];
	}
	*coverage = all ? (double)n / (double)all : 0;
	*accuracy = n ? (double)right / (double)n : 0;
}

/* Neither support nor a label: scikit-learn does not know of such a class. */
static bool is_absent(const struct judge_class *k)
{
	return k->support == 0 && k->given == 0;
}

/* Labels are folders' names: no control characters on a terminal. */
static const char *shown(const char *name, char *buf, size_t size)
{
	char out[ESCAPE_SIZE];

	buf[0] = 0;
	while (escape_next(&name, ESCAPE_KV, out) && strlen(buf) + strlen(out) < size)
		strcat(buf, out);
	return buf;
}

static int widest(const struct report *r, int least)
{
	char buf[256];
	int width = least;

	for (uint32_t c = 0; c < r->sum->classes; c++) {
		struct judge_class k = judge_class(r->sum, c);
		int len = (int)strlen(shown(r->classes->name[c], buf, sizeof(buf)));

		if (!is_absent(&k) && len > width)
			width = len;
	}
	return width;
}

/* To the letter what classification_report() of scikit-learn 0.19 prints. */
static void put_table(const struct report *r, FILE *out)
{
	int width = widest(r, (int)strlen("avg / total"));
	double s[JUDGE_SCORES];
	char buf[256];

	fprintf(out, "%*s  %9s %9s %9s %9s\n\n", width, "", "precision", "recall",
	        "f1-score", "support");
	for (uint32_t c = 0; c < r->sum->classes; c++) {
		struct judge_class k = judge_class(r->sum, c);

		if (!is_absent(&k))
			fprintf(out, "%*s  %9.2f %9.2f %9.2f %9" PRIu64 "\n", width,
			        shown(r->classes->name[c], buf, sizeof(buf)), k.precision,
			        k.recall, k.f1, k.support);
	}
	judge_scores(r->sum, s);
	fprintf(out, "\n%*s  %9.2f %9.2f %9.2f %9" PRIu64 "\n", width, "avg / total",
	        s[JUDGE_PRECISION], s[JUDGE_RECALL], s[JUDGE_F1], judge_count(r->sum));
}

static void put_scores(const struct report *r, FILE *out)
{
	for (int s = 0; s < JUDGE_SCORES; s++) {
		double mean, sd;

		report_score(r, (enum judge_score)s, &mean, &sd);
		fprintf(out, "%-24s %.4f", judge_score_title((enum judge_score)s), mean);
		if (r->repeats > 1)
			fprintf(out, "  sd %.4f", sd);
		fputc('\n', out);
	}
	if (r->repeats > 1)
		fprintf(out, "%-24s %zu\n", "repeats", r->repeats);
}

static void put_matrix(const struct report *r, FILE *out)
{
	const struct judge *j = r->sum;
	int width = widest(r, 8);
	char buf[256];

	fprintf(out, "confusion matrix: rows are the truth, columns the label\n%*s",
	        width, "");
	for (uint32_t c = 0; c < j->classes; c++)
		fprintf(out, " %*s", width, shown(r->classes->name[c], buf, sizeof(buf)));
	fputc('\n', out);
	for (uint32_t c = 0; c < j->classes; c++) {
		fprintf(out, "%*s", width, shown(r->classes->name[c], buf, sizeof(buf)));
		for (uint32_t k = 0; k < j->classes; k++)
			fprintf(out, " %*" PRIu64, width,
			        j->matrix[(size_t)c * j->classes + k]);
		fputc('\n', out);
	}
}

struct entry {
	uint64_t count;
	uint32_t truth, label;
};

static int by_count(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->truth != y->truth ? (x->truth < y->truth ? -1 : 1)
	                            : (x->label < y->label ? -1 : x->label > y->label);
}

static size_t list_confusions(const struct judge *j, struct entry *e)
{
	size_t n = 0;

	for (uint32_t c = 0; c < j->classes; c++)
		for (uint32_t k = 0; k < j->classes; k++)
			if (c != k && j->matrix[(size_t)c * j->classes + k])
				e[n++] = (struct entry){
					j->matrix[(size_t)c * j->classes + k], c, k
				};
	qsort(e, n, sizeof(*e), by_count);
	return n < LIST_MOST ? n : LIST_MOST;
}

static void put_confusions(const struct report *r, FILE *out)
{
	struct entry *e = calloc((size_t)r->sum->classes * r->sum->classes, sizeof(*e));
	char truth[256], label[256];
	size_t n;

	if (!e) {
		fputs("confusions: out of memory\n", out);
		return;
	}
	n = list_confusions(r->sum, e);
	fprintf(out, "confusions, the %zu largest: how many, truth -> label\n", n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%9" PRIu64 "  %s -> %s\n", e[i].count,
		        shown(r->classes->name[e[i].truth], truth, sizeof(truth)),
		        shown(r->classes->name[e[i].label], label, sizeof(label)));
	free(e);
}

static void put_early(const struct early *e, FILE *out)
{
	fputs("labels after so many packets of a burst-flow (all: at its burst's end)\n"
	      "                      all burst-flows | those that had so many packets\n"
	      "packets     F1  right  named   right |  share  right  named   right  "
	      "later\n",
	      out);
	for (unsigned i = 0; i < EARLY_POINTS; i++) {
		const struct early_point *p = &e->point[i];
		struct early_scores s = early_scores(p);

		if (p->packets)
			fprintf(out, "%7" PRIu32, p->packets);
		else
			fputs("    all", out);
		fprintf(out, " %6.4f %6.4f %6.4f  %6.4f", s.f1, s.accuracy, s.coverage,
		        s.named_accuracy);
		if (p->packets)
			fprintf(out, " | %6.4f %6.4f %6.4f  %6.4f %6.4f", s.reached,
			        s.reached_accuracy, s.reached_coverage,
			        s.reached_named_accuracy, s.later_accuracy);
		fputc('\n', out);
	}
	fputc('\n', out);
}

void report_text(const struct report *r, FILE *out)
{
	put_table(r, out);
	fputc('\n', out);
	put_scores(r, out);
	fputc('\n', out);
	if (r->early)
		put_early(r->early, out);
	if (r->sum->classes <= MATRIX_MOST)
		put_matrix(r, out);
	else
		put_confusions(r, out);
	if (r->unknowns > 0) {
		fputc('\n', out);
		report_unknown_text(r, out);
	}
}
